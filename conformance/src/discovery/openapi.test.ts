import { isJsonObject, type Json } from '@drover/api';
import { expect } from 'vitest';
import { valueAt } from '../cluster/answer.js';
import { DEFINITIONS, define, specSchema } from '../cluster/definition.js';
import { eventually } from '../cluster/eventually.js';
import { type Scene, suite } from '../suite.js';

const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

/** The document of a group in its version, at the URL that the index gives. */
async function documentOf({ api }: Scene, group: string) {
  const index = await api.get('/openapi/v3');
  const paths = index.at('paths');
  const url = isJsonObject(paths) ? String(valueAt(paths[group], 'serverRelativeURL')) : '';
  const [path = '', query = ''] = url.split('?');
  return api.get(path, Object.fromEntries(new URLSearchParams(query)));
}

suite('OpenAPI', ({ promises }) => {
  promises('v3 has an index of documents, each with its hash', async ({ api }) => {
    const index = await api.get('/openapi/v3');
    expect(index.at('paths')).toMatchObject({
      'api/v1': { serverRelativeURL: expect.stringMatching(/^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]+$/) },
      'apis/apps/v1': { serverRelativeURL: expect.stringMatching(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]+$/) },
    });
  });

  promises('v3 documents may be kept for ever under their hash', async (scene) => {
    const document = await documentOf(scene, 'apis/apps/v1');
    expect(document.headers['cache-control']).toContain('immutable');
    expect(document.at('openapi')).toBe('3.0.0');
  });

  promises('v3 sends whoever asks by an old hash to the present one', async ({ api }) => {
    const old = await api.get('/openapi/v3/apis/apps/v1', { hash: '0000' });
    expect(old.status).toBe(301);
    expect(old.headers['location']).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=/);
  });

  promises('v3 describes operations by the kind that they are about', async (scene) => {
    const document = await documentOf(scene, 'apis/apps/v1');
    const paths = document.at('paths');
    const deployments = isJsonObject(paths)
      ? paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']
      : undefined;
    expect(valueAt(deployments, 'patch.x-kubernetes-action')).toBe('patch');
    expect(valueAt(deployments, 'patch.x-kubernetes-group-version-kind')).toEqual({
      group: 'apps',
      version: 'v1',
      kind: 'Deployment',
    });
  });

  promises('v3 says which lists are maps, and by which keys', async (scene) => {
    const schemas = (await documentOf(scene, 'api/v1')).at('components.schemas');
    const podSpec: Json | undefined = isJsonObject(schemas) ? schemas['io.k8s.api.core.v1.PodSpec'] : undefined;
    expect(valueAt(podSpec, 'properties.containers')).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-patch-strategy': 'merge',
    });
  });

  promises('v2 is served as JSON and as protobuf', async ({ api }) => {
    const json = await api.get('/openapi/v2', {}, { accept: 'application/json' });
    expect(json.at('swagger')).toBe('2.0');
    const protobuf = await api.get('/openapi/v2', {}, { accept: V2_PROTOBUF });
    expect(protobuf.headers['content-type']).toContain('application/com.github.proto-openapi.spec.v2');
    expect([...protobuf.bytes.subarray(0, 5)]).toEqual([0x0a, 0x03, 0x32, 0x2e, 0x30]);
  });

  promises('v2 answers 304 to the document that the client has already', async ({ api }) => {
    const etag = String((await api.get('/openapi/v2')).headers['etag']);
    expect((await api.get('/openapi/v2', {}, { 'if-none-match': etag })).status).toBe(304);
  });

  promises('follows definitions: their schemas are published, changed and withdrawn', async (scene) => {
    const { api } = scene;
    const lamps = await define(
      scene,
      'lamps',
      specSchema({ watts: { type: 'integer', description: 'what it draws' } }),
    );
    const group = `apis/${lamps.apiVersion}`;
    const watts = async (): Promise<Json | undefined> => {
      const document = await documentOf(scene, group);
      const schemas = document.status === 200 ? document.at('components.schemas') : undefined;
      return isJsonObject(schemas)
        ? Object.values(schemas)
            .map((schema) => valueAt(schema, 'properties.spec.properties.watts.description'))
            .find(Boolean)
        : undefined;
    };
    const published = async (): Promise<boolean> => {
      const paths = (await api.get('/openapi/v3')).at('paths');
      return isJsonObject(paths) && paths[group] !== undefined;
    };
    expect(await eventually(published, Boolean)).toBe(true);
    expect(await eventually(watts, Boolean)).toBe('what it draws');
    await api.patch('json', `${DEFINITIONS}/${lamps.name}`, [
      {
        op: 'replace',
        path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/watts/description',
        value: 'power',
      },
    ]);
    expect(await eventually(watts, (text) => text === 'power')).toBe('power');
    await api.delete(`${DEFINITIONS}/${lamps.name}`);
    expect(await eventually(published, (there) => !there)).toBe(false);
  });
});
