import { useQueries, useQuery } from '@tanstack/react-query';
import { clusterRoot, LOCAL } from '../api/cluster-api.js';
import type { Http } from '../api/http.js';
import { useServices } from '../app/services.js';

/** What somebody may want to do, as Kubernetes asks it. */
export interface Wish {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  /** In which cluster; without it the server's own. */
  readonly cluster?: string;
}

/** A right that was granted or taken away meanwhile shows after this long at the latest. */
const ASKED_ANEW_MS = 60_000;

/** Asks a cluster whether the signed-in user may. A cluster that does not answer grants nothing. */
async function ask(http: Http, { cluster = LOCAL, ...attributes }: Wish): Promise<boolean> {
  const answer = await http.request(`${clusterRoot(cluster)}/apis/authorization.k8s.io/v1/selfsubjectaccessreviews`, {
    method: 'POST',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: attributes },
    },
  });
  return isAllowed(answer);
}

function isAllowed(answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null || !('status' in answer)) return false;
  const { status } = answer;
  return typeof status === 'object' && status !== null && 'allowed' in status && status.allowed === true;
}

const query = (http: Http, wish: Wish) => ({
  queryKey: ['may', wish.cluster, wish.verb, wish.group, wish.resource, wish.namespace, wish.name],
  queryFn: () => ask(http, wish),
  staleTime: ASKED_ANEW_MS,
});

/** Whether the signed-in user may; not before that is known. What may not be done is not offered. */
export function useMay(wish: Wish): boolean {
  const { http } = useServices();
  return useQuery(query(http, wish)).data === true;
}

/** The same of several wishes, in their order. */
export function useMayEach(wishes: readonly Wish[]): readonly boolean[] {
  const { http } = useServices();
  return useQueries({
    queries: wishes.map((wish) => query(http, wish)),
    combine: (answers) => answers.map(({ data }) => data === true),
  });
}

/** Kinds of the management side that rights are asked for. */
export const management = (verb: string, resource: string, where: Pick<Wish, 'namespace' | 'name'> = {}): Wish => ({
  verb,
  group: 'management.cattle.io',
  resource,
  ...where,
});
