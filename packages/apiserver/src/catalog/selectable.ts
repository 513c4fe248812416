import type { KubeObject } from '@drover/api';
import { at, type SelectableField } from './definition.js';

/** A field given by its path with dots; absent reads as the empty text, numbers and truth as they are written. */
export function selectable(path: string): SelectableField {
  const steps = path.split('.');
  return { path, read: (object: KubeObject) => textOf(at(object, steps)) };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
