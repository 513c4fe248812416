import type { OutsideBindings } from '@drover/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { useServices } from '../app/services.js';
import type { Freshness } from '../live/collection.js';
import { need } from '../rights/needs.js';
import { useRightsTo } from '../rights/useRights.js';
import { type BindingRow, bindingRow } from './binding-row.js';

/** Rows that are fetched at once. */
const PAGE = 500;

/** Who may list the bindings of a cluster may see those that others made. */
export const LIST_BINDINGS = ['clusterrolebindings', 'rolebindings'].map((plural) =>
  need('list', { group: 'rbac.authorization.k8s.io', plural }),
);

const isPage = (answer: unknown): answer is OutsideBindings =>
  typeof answer === 'object' && answer !== null && 'type' in answer && answer.type === 'collection';

/** The bindings of a cluster that others made, page by page; all anew when rights in the cluster change. */
export function useOutsideBindings(cluster: string): {
  readonly rows: readonly BindingRow[];
  readonly freshness: Freshness;
  /** Fetches the next page; absent when there is none. */
  readonly more: (() => void) | undefined;
  readonly isFetchingMore: boolean;
} {
  const { http } = useServices();
  const rights = useRightsTo(cluster, LIST_BINDINGS);
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } = useInfiniteQuery({
    queryKey: ['outside-bindings', cluster],
    queryFn: async ({ pageParam, signal }) => {
      const after = pageParam === '' ? '' : `&continue=${encodeURIComponent(pageParam)}`;
      const url = `/v1-drover/clusters/${encodeURIComponent(cluster)}/outsidebindings?limit=${PAGE}${after}`;
      const answer = await http.request(url, { signal });
      if (!isPage(answer)) throw new TypeError(`${url} answered something else`);
      return answer;
    },
    initialPageParam: '',
    getNextPageParam: (last) => last.continue,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: they are replaced whenever anybody's rights there have changed.
  useEffect(() => void refetch(), [rights, refetch]);
  const rows = useMemo(() => (data?.pages ?? []).flatMap((page) => page.data.map(bindingRow)), [data]);
  const freshness: Freshness =
    data !== undefined ? { state: 'live' } : error === null ? { state: 'loading' } : { state: 'failed', error };
  return {
    rows,
    freshness,
    more: hasNextPage ? () => void fetchNextPage() : undefined,
    isFetchingMore: isFetchingNextPage,
  };
}
