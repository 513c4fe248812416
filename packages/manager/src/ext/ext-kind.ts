import type { JsonObject } from '@drover/api';
import type { ExtCall } from './ext-request.js';

/** One kind: what it is called, and what can be done with it. What is not there is refused. */
export interface ExtKind {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly create?: (call: ExtCall, document: JsonObject) => Promise<object>;
  readonly list?: (call: ExtCall) => Promise<{ readonly resourceVersion: string; readonly items: readonly object[] }>;
  readonly get?: (call: ExtCall, name: string) => Promise<object>;
  /** Replaces the object `name` by `document`, as far as its fields may change. */
  readonly update?: (call: ExtCall, name: string, document: JsonObject) => Promise<object>;
  readonly remove?: (call: ExtCall, name: string) => Promise<object>;
}

/** The verbs of a kind, as discovery tells them. */
export function verbsOf({ create, list, get, update, remove }: ExtKind): string[] {
  return [
    ...(create ? ['create'] : []),
    ...(remove ? ['delete'] : []),
    ...(get ? ['get'] : []),
    ...(list ? ['list'] : []),
    ...(update ? ['patch', 'update'] : []),
  ].sort();
}
