import { fromStatus, nodes, pods } from '@drover/api';
import { expect, it } from 'vitest';
import { ClusterApi } from '../api/cluster-api.js';
import { listVisible } from './list-visible.js';

/** A cluster that lists nothing as a whole, and what it was asked for. */
function refusing(answer: object) {
  const asked: string[] = [];
  const request = async (url: string): Promise<unknown> => {
    asked.push(url);
    if (url.includes('/api/')) throw fromStatus(403, { kind: 'Status', reason: 'Forbidden', message: 'no', code: 403 });
    return answer;
  };
  return { api: new ClusterApi({ request }, 'c-m-1'), asked };
}
const signal = new AbortController().signal;

it('takes what the server puts together for who may not list everything, with the scope of it', async () => {
  const metadata = { name: 'a', namespace: 'mine', uid: 'a', resourceVersion: '3', creationTimestamp: '' };
  const data = [{ id: 'mine/a', type: 'pod', links: {}, apiVersion: 'v1', kind: 'Pod', metadata }];
  const { api, asked } = refusing({ type: 'collection', revision: '7', scope: 's', data });
  expect(await listVisible(api, pods, undefined, signal)).toEqual({
    items: [{ apiVersion: 'v1', kind: 'Pod', metadata }],
    metadata: { resourceVersion: '7' },
    scope: 's',
  });
  expect(asked).toEqual(['/k8s/clusters/c-m-1/api/v1/pods', '/k8s/clusters/c-m-1/v1/pods']);
});

it('takes everything from the cluster itself for who may list it', async () => {
  const metadata = { resourceVersion: '7' };
  const api = new ClusterApi({ request: async () => ({ metadata, items: [] }) }, 'c-m-1');
  expect(await listVisible(api, nodes, undefined, signal)).toMatchObject({ metadata, scope: 'everything' });
});
