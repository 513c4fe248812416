import type { KubeObject } from '@drover/api';
import { at, type SelectableField } from './definition.js';

/** What fields of Go's types read as that are not there. */
const ZERO: Readonly<Record<string, string>> = {
  'spec.hostNetwork': 'false',
  'spec.unschedulable': 'false',
  'status.replicas': '0',
  'status.successful': '0',
};

/** A field given by its path with dots; absent reads as the empty text, numbers and truth as they are written. */
export function selectable(path: string): SelectableField {
  const steps = path.split('.');
  return { path, read: (object: KubeObject) => textOf(at(object, steps)) };
}

/** As `selectable`, for a field of a built-in kind. */
export function builtinSelectable(path: string): SelectableField {
  const { read } = selectable(READ_FROM[path] ?? path);
  return { path, read: (object) => read(object) || (ZERO[path] ?? '') };
}

/** Fields that selectors know by another name than objects do. */
const READ_FROM: Readonly<Record<string, string>> = {
  source: 'source.component',
  'status.podIPs': 'status.none',
  'status.successful': 'status.succeeded',
};

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
