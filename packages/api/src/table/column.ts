import type { Json, KubeObject } from '../object.js';
import { formatAge } from './age.js';

/** A column of a `Table` answer (meta/v1 TableColumnDefinition). */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  /** "name" marks the column that kubectl takes for the object's name. */
  readonly format: string;
  readonly description: string;
  /** 0 is always shown, more only with `-o wide`. */
  readonly priority: number;
}

/** A column with the rule for its cells; `now` is in milliseconds since the Unix epoch. */
export interface Column<T extends KubeObject = KubeObject> {
  readonly definition: ColumnDefinition;
  cell(object: T, now: number): Json;
}

/** A column of text. */
export const text = <T extends KubeObject>(name: string, cell: (object: T, now: number) => string): Column<T> =>
  column(name, 'string', cell);

/** A column of whole numbers. */
export const count = <T extends KubeObject>(name: string, cell: (object: T) => number): Column<T> =>
  column(name, 'integer', cell);

/** A number in a column that may say that there is none, which Kubernetes therefore declares as text. */
export const figure = <T extends KubeObject>(name: string, cell: (object: T) => number | undefined): Column<T> =>
  column(name, 'string', (object) => cell(object) ?? NONE);

/** The column as kubectl shows it only with `-o wide`. */
export const wide = <T extends KubeObject>({ definition, cell }: Column<T>): Column<T> => ({
  definition: { ...definition, priority: 1 },
  cell,
});

/** What meta/v1 says about `name`, as Kubernetes' tables do. */
const ABOUT_NAME =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names';

/** The object's name. */
export const NAME: Column = {
  definition: { name: 'Name', type: 'string', format: 'name', description: ABOUT_NAME, priority: 0 },
  cell: ({ metadata }) => metadata.name ?? '',
};

/** How long ago the object was made. */
export const AGE: Column = text('Age', ({ metadata }, now) => formatAge(metadata.creationTimestamp, now));

/** When the object was made. */
export const CREATED: Column = {
  definition: { name: 'Created At', type: 'date', format: '', description: 'When the object was made.', priority: 0 },
  cell: ({ metadata }) => metadata.creationTimestamp ?? '',
};

function column<T extends KubeObject>(name: string, type: string, cell: (object: T, now: number) => Json): Column<T> {
  return { definition: { name, type, format: '', description: '', priority: 0 }, cell };
}

/** kubectl's word for a cell that has nothing to show. */
export const NONE = '<none>';

/** Texts with commas between, or kubectl's word for none. */
export const joined = (texts: readonly string[]): string => (texts.length === 0 ? NONE : texts.join(','));

/** `a=b,c=d`, or kubectl's word for none. */
export const labelText = (labels: Readonly<Record<string, string>> | undefined): string =>
  joined(Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`));
