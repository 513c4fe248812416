import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { LOCAL } from '../clusters/cluster-id.js';
import { ok, type SignedIn } from '../front/exchange.js';
import { identityOf } from '../identity/caller.js';
import { ClusterSteve } from './cluster-steve.js';

const metadata = { uid: 'u', resourceVersion: '1', creationTimestamp: '2030-01-01T00:00:00Z' };
const user = {
  apiVersion: 'management.cattle.io/v3',
  kind: 'User',
  metadata: { ...metadata, name: 'u-abcde' },
} as const;
const token = { ...user, kind: 'Token', metadata: { ...metadata, name: 'token-abcde' } } as const;
const cluster = { ...user, kind: 'Cluster', metadata: { ...metadata, name: 'c-m-abcd2345' } } as const;

function asking(path: string, params: Readonly<Record<string, string>>): SignedIn {
  const request = new IncomingMessage(new Socket());
  const caller = { user, token, via: 'bearer', identity: identityOf(user, [], { token: 't', host: '' }) } as const;
  const { signal } = new AbortController();
  const url = new URL(path, 'https://drover');
  return { request, response: new ServerResponse(request), url, requestId: '1', params, caller, signal };
}

it.each([
  ['c-m-abcd2345', 'pods', true, 'there: /v1/pods'],
  ['c-m-abcd2345', 'pods', false, 'here: c-m-abcd2345'],
  ['c-m-abcd2345', 'harvester', false, 'there: /v1/harvester'],
  ['local', 'pods', true, 'here: local'],
])(
  'a list of cluster %s of the type %s, where a Steve is there (%s), is answered %s',
  async (id, type, hasSteve, by) => {
    const answered: string[] = [];
    const here = async (_: SignedIn, of: string) => {
      answered.push(`here: ${of}`);
      return ok({});
    };
    const proxy: ConstructorParameters<typeof ClusterSteve>[0] = {
      async handle({ params }) {
        answered.push(`there: ${params['rest']}`);
        return ok({});
      },
      hasSteve: async () => hasSteve,
      visible: async () => ({ id: LOCAL, cluster }),
    };
    const steve = new ClusterSteve(proxy, { list: here, schemas: here, schema: here });
    await steve.list(asking(`/k8s/clusters/${id}/v1/${type}`, { cluster: id, type }));
    expect(answered).toEqual([by]);
  },
);
