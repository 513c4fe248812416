import { hasReason, type Kind } from '@drover/api';
import { useQuery } from '@tanstack/react-query';
import { collectionName } from '../api/cluster-api.js';
import { useApi } from '../app/services.js';
import { type CreatableIn, creatableIn, type Sees, schemasKey, seenOf } from './schemas.js';

/** Asked anew as soon as something comes into sight or goes out of it, and now and then for what nobody looks at. */
const FRESH_MS = 60_000;

/**
 * How much the reader sees of any kind; `undefined` before that is known. Where it cannot be known, because the cluster does not
 * answer, nothing is taken away.
 */
export function useSees(cluster: string): ((kind: Pick<Kind, 'group' | 'plural'>) => Sees) | undefined {
  const api = useApi(cluster);
  const { data, isError } = useQuery({
    queryKey: schemasKey(cluster),
    queryFn: async () => seenOf(await api.schemas()),
    staleTime: FRESH_MS,
    retry: false,
  });
  if (data !== undefined) return (kind) => data.get(collectionName(kind)) ?? 'nothing';
  return isError ? () => 'everything' : undefined;
}

/** Whether it is known that whatever there is of a kind is not for the reader. */
export const useIsHidden = (cluster: string, kind: Pick<Kind, 'group' | 'plural'>): boolean =>
  useSees(cluster)?.(kind) === 'nothing';

/** Where the reader may make objects of a kind; `undefined` before that is known. */
export function useCreatableIn(cluster: string, kind: Pick<Kind, 'group' | 'plural'>): CreatableIn | undefined {
  const api = useApi(cluster);
  const { data, isError } = useQuery({
    queryKey: [...schemasKey(cluster), collectionName(kind)],
    queryFn: () => api.schema(kind).then(creatableIn, nowhereIfAbsent),
    staleTime: FRESH_MS,
    retry: false,
  });
  return isError ? 'everywhere' : data;
}

/** A kind without a schema is one that the reader can do nothing with. */
function nowhereIfAbsent(error: unknown): CreatableIn {
  if (hasReason(error, 'NotFound')) return new Set();
  throw error;
}
