import type { Parameter } from './parameter.js';

/** Group, version and kind of documents, as the extension `x-kubernetes-group-version-kind` has them. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What a method does at a path, in the words that versions 2 and 3 of OpenAPI have in common. */
export interface Operation {
  readonly method: 'delete' | 'get' | 'patch' | 'post' | 'put';
  /** Unique among all operations of the server. */
  readonly id: string;
  readonly tag: string;
  /** What it does. */
  readonly description: string;
  /** What the operation is about; absent for what is no resource. */
  readonly about?: { readonly action: string; readonly kind: GroupVersionKind };
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly component: string; readonly required: boolean };
  /** Media types of bodies; of operations that have none, what their kind takes elsewhere, if it takes any. */
  readonly takes: readonly string[];
  /** Component and media types of what it answers; text that is not described further has no component. */
  readonly answer: { readonly component?: string; readonly types: readonly string[] };
  /** Statuses with which it succeeds. */
  readonly codes: readonly (200 | 201 | 202)[];
}

/** The operations at a path. */
export interface PathItem {
  readonly path: string;
  readonly operations: readonly Operation[];
}

/** What the statuses of `Operation` are called. */
export const STATUS_TEXT = { 200: 'OK', 201: 'Created', 202: 'Accepted' } as const;

/** The parameters of a path's operations: those that all of them have are the path's own, the rest each operation's. */
export function sharedParameters({ operations }: PathItem): readonly Parameter[] {
  const [first, ...others] = operations;
  const shared = first?.parameters.filter((parameter) =>
    others.every(({ parameters }) => parameters.includes(parameter)),
  );
  return byName(shared ?? []);
}

/** Those parameters of an operation that are not its path's. */
export function ownParameters(operation: Operation, shared: readonly Parameter[]): readonly Parameter[] {
  return byName(operation.parameters.filter((parameter) => !shared.includes(parameter)));
}

function byName(parameters: readonly Parameter[]): readonly Parameter[] {
  return [...parameters].sort((a, b) => (a.name < b.name ? -1 : 1));
}
