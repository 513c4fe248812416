import type { Kind } from '@drover/api';
import type { QueryClient } from '@tanstack/react-query';
import { collectionName } from '../api/cluster-api.js';
import { type Parsed, record } from '../live/frame.js';

/** Where somebody may make objects of a kind: everywhere, or in some namespaces. */
export type CreatableIn = 'everywhere' | ReadonlySet<string>;

/** How much of a kind somebody sees. */
export type Sees = 'everything' | 'a part' | 'nothing';

/** Under which queries keep what is known of a cluster's schemas. */
export const schemasKey = (cluster: string): readonly string[] => ['schemas', cluster];

/** Whether the reader sees everything of a kind, as far as that is known already. */
export function seesAll(queries: QueryClient, cluster: string, kind: Pick<Kind, 'group' | 'plural'>): boolean {
  const seen = queries.getQueryData<ReadonlyMap<string, Sees>>(schemasKey(cluster));
  return seen === undefined || seen.get(collectionName(kind)) === 'everything';
}

/** How much somebody sees of each collection, by the schemas of a cluster; nothing of what is left out. */
export function seenOf(answer: unknown): ReadonlyMap<string, Sees> {
  const schemas = record(answer)?.['data'];
  const names = new Map<string, Sees>();
  for (const each of Array.isArray(schemas) ? schemas : []) {
    const schema = record(each);
    const methods = schema?.['collectionMethods'];
    const name = schema?.['pluralName'];
    if (typeof name !== 'string' || !Array.isArray(methods) || !methods.includes('GET')) continue;
    names.set(name, grantsOf(schema, 'list').some(isWhole) ? 'everything' : 'a part');
  }
  return names;
}

/** Where somebody may make objects of a kind, by its schema. */
export function creatableIn(answer: unknown): CreatableIn {
  const namespaces = new Set<string>();
  for (const grant of grantsOf(record(answer), 'create')) {
    if (isWhole(grant)) return 'everywhere';
    // A right to make an object of one name only is none to choose a name.
    const { namespace, resourceName } = grant;
    if (typeof namespace === 'string' && resourceName === '*') namespaces.add(namespace);
  }
  return namespaces;
}

function grantsOf(schema: Parsed | undefined, verb: string): Parsed[] {
  const grants = record(record(schema?.['attributes'])?.['access'])?.[verb];
  const known: readonly unknown[] = Array.isArray(grants) ? grants : [];
  return known.map(record).filter((each) => each !== undefined);
}

const isWhole = ({ namespace, resourceName }: Parsed): boolean => namespace === '*' && resourceName === '*';
