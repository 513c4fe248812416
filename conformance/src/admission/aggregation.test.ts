import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { conditionOf } from '../cluster/definition.js';
import { eventually } from '../cluster/eventually.js';
import { type OtherSide, otherSide, type Responder } from '../cluster/https-server.js';
import { type Scene, suite } from '../suite.js';

const API_SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';

/** An API of one kind, as another server serves it. */
const weather =
  (group: string): Responder =>
  ({ path }) => {
    const [address = ''] = path.split('?');
    const groupVersion = `${group}/v1`;
    if (address === `/apis/${groupVersion}`) {
      return {
        kind: 'APIResourceList',
        apiVersion: 'v1',
        groupVersion,
        resources: [
          { name: 'clouds', singularName: 'cloud', namespaced: false, kind: 'Cloud', verbs: ['get', 'list'] },
        ],
      };
    }
    if (address === '/openapi/v2') return describedWeather(group);
    if (address.endsWith('/clouds')) {
      return { kind: 'CloudList', apiVersion: groupVersion, metadata: {}, items: [{ metadata: { name: 'cumulus' } }] };
    }
    return {
      status: 404,
      body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404, reason: 'NotFound' },
    };
  };

/** What such a server says of itself in OpenAPI v2. */
const describedWeather = (group: string): JsonObject => {
  const kind = { group, version: 'v1', kind: 'Cloud' };
  const responses = { 200: { description: 'OK', schema: { $ref: '#/definitions/Cloud' } } };
  return {
    swagger: '2.0',
    info: { title: 'Weather', version: 'v1' },
    paths: { [`/apis/${group}/v1/clouds/{name}`]: { get: { operationId: `readCloud${group}`, responses } } },
    definitions: {
      Cloud: {
        type: 'object',
        properties: { cover: { type: 'integer' } },
        'x-kubernetes-group-version-kind': [kind],
      },
    },
  };
};

/** A server of such an API, with the certificate that is asked of a Service of this name. */
const server = ({ unique, namespace }: Scene, name: string): Promise<OtherSide> =>
  otherSide(weather(`${name}.${unique}.example.com`), `${name}.${namespace}.svc`);

/** Registers the other side as the server of a group. It is reached by the name `localhost`, as a Service gives it. */
async function register(
  { api, core, unique, namespace, afterwards }: Scene,
  name: string,
  side: OtherSide,
  more: JsonObject = {},
) {
  const group = `${name}.${unique}.example.com`;
  await api.post(core('services'), {
    metadata: { name },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port: side.port }] },
  });
  const made = await api.post(API_SERVICES, {
    metadata: { name: `v1.${group}` },
    spec: {
      group,
      version: 'v1',
      groupPriorityMinimum: 1000,
      versionPriority: 10,
      service: { namespace, name, port: side.port },
      caBundle: side.caBundle,
      ...more,
    },
  });
  if (made.status !== 201) throw new Error(`the APIService is not accepted: ${made.text}`);
  afterwards(`${API_SERVICES}/v1.${group}`);
  return { group, path: `/apis/${group}/v1`, service: `${API_SERVICES}/v1.${group}` };
}

suite('aggregated APIs', ({ promises }) => {
  promises('are served by the server that they name', async (scene) => {
    const { api } = scene;
    await using side = await server(scene, 'served');
    const { path, service, group } = await register(scene, 'served', side);
    const registered = await eventually(
      () => api.get(service),
      ({ body }) => conditionOf(body, 'Available') === 'True',
    );
    expect(conditionOf(registered.body, 'Available')).toBe('True');
    const clouds = await eventually(
      () => api.get(`${path}/clouds`),
      ({ status }) => status === 200,
    );
    expect(clouds.names).toEqual(['cumulus']);
    const groups = await eventually(
      () => api.get('/apis'),
      ({ text }) => text.includes(group),
    );
    expect(groups.text).toContain(`"${group}"`);
  });

  promises('are part of OpenAPI v2', async (scene) => {
    const { api } = scene;
    await using side = await server(scene, 'described');
    const { path } = await register(scene, 'described', side);
    const described = await eventually(
      () => api.get('/openapi/v2'),
      ({ text }) => text.includes(`${path}/clouds/{name}`),
    );
    expect(described.at('definitions.Cloud.properties.cover')).toEqual({ type: 'integer' });
  });

  promises('are told who asks', async (scene) => {
    const { api } = scene;
    await using side = await server(scene, 'told');
    const { path } = await register(scene, 'told', side);
    await eventually(
      () => api.get(`${path}/clouds`),
      ({ status }) => status === 200,
    );
    const asked = side.received.find(({ path: address }) => address.startsWith(`${path}/clouds`));
    expect(asked?.headers['x-remote-user']).toBeTruthy();
    expect(asked?.headers['x-remote-group']).toContain('system:masters');
    expect(asked?.headers['authorization']).toBeUndefined();
  });

  promises('are not asked for those who may not', async (scene) => {
    const { api } = scene;
    await using side = await server(scene, 'closed');
    const { path } = await register(scene, 'closed', side);
    await eventually(
      () => api.get(`${path}/clouds`),
      ({ status }) => status === 200,
    );
    expect((await api.as('stranger').get(`${path}/clouds`)).outcome).toBe('403 Forbidden');
  });

  promises('are unavailable, and say so, when their Service is not there', async (scene) => {
    const { api, unique, namespace, afterwards } = scene;
    const group = `absent.${unique}.example.com`;
    const service = `${API_SERVICES}/v1.${group}`;
    await api.post(API_SERVICES, {
      metadata: { name: `v1.${group}` },
      spec: {
        group,
        version: 'v1',
        groupPriorityMinimum: 1000,
        versionPriority: 10,
        insecureSkipTLSVerify: true,
        service: { namespace, name: 'absent', port: 443 },
      },
    });
    afterwards(service);
    const unavailable = await eventually(
      () => api.get(service),
      ({ body }) => conditionOf(body, 'Available') === 'False',
    );
    expect(unavailable.text).toContain('ServiceNotFound');
    const answer = await eventually(
      () => api.get(`/apis/${group}/v1/anything`),
      ({ status }) => status === 503,
    );
    expect(answer.status).toBe(503);
  });

  promises('are validated: a name of version and group, priorities, one way of trust', async ({ api, unique }) => {
    const group = `bad.${unique}.example.com`;
    const spec = { group, version: 'v1', groupPriorityMinimum: 1000, versionPriority: 10 };
    const service = { namespace: 'default', name: 'x', port: 443 };
    const causes = async (name: string, more: JsonObject) =>
      (await api.post(API_SERVICES, { metadata: { name }, spec: { ...spec, ...more } })).causes;
    expect(await causes('wrong', { service, insecureSkipTLSVerify: true })).toContain('metadata.name');
    expect(await causes(`v1.${group}`, { service, insecureSkipTLSVerify: true, groupPriorityMinimum: 0 })).toContain(
      'spec.groupPriorityMinimum',
    );
    expect(await causes(`v1.${group}`, { service, insecureSkipTLSVerify: true, caBundle: 'aGk=' })).toContain(
      'spec.insecureSkipTLSVerify',
    );
  });

  promises('that the server serves itself are listed as local and available', async ({ api }) => {
    const apps = await api.get(`${API_SERVICES}/v1.apps`);
    expect(apps.at('spec.service')).toBeFalsy();
    expect(conditionOf(apps.body, 'Available')).toBe('True');
    expect(apps.text).toContain('"Local"');
  });
});
