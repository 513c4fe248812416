import type { KubeObject } from '@drover/api';
import { stringify } from 'yaml';

/** The object as people read it: without the bookkeeping of server-side apply, and in the order in which it came. */
export function yamlOf(object: KubeObject): string {
  const { managedFields: _, ...metadata } = object.metadata;
  return stringify({ ...object, metadata }, { lineWidth: 0 });
}
