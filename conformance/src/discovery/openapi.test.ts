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

/** What a name that has dots in it stands for. */
const at = (value: Json | undefined, name: string): Json | undefined => (isJsonObject(value) ? value[name] : undefined);

const keysOf = (value: Json | undefined): string[] => (isJsonObject(value) ? Object.keys(value).sort() : []);

const namesOf = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.map((item) => String(valueAt(item, 'name'))).sort() : [];

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

  promises('v3 gives each operation a name, a tag, and what it takes and answers', async (scene) => {
    const deployments = (await documentOf(scene, 'apis/apps/v1')).at('paths');
    const created = valueAt(at(deployments, '/apis/apps/v1/namespaces/{namespace}/deployments'), 'post');
    expect(created).toMatchObject({ operationId: 'createAppsV1NamespacedDeployment', tags: ['apps_v1'] });
    expect(keysOf(valueAt(created, 'responses'))).toEqual(['200', '201', '202', '401']);
    expect(keysOf(valueAt(created, 'requestBody.content'))).toEqual(['*/*']);
    const scale = at(deployments, '/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale');
    expect(valueAt(scale, 'patch.operationId')).toBe('patchAppsV1NamespacedDeploymentScale');
    expect(valueAt(scale, 'patch.x-kubernetes-group-version-kind')).toMatchObject({ group: 'autoscaling' });
    expect(keysOf(valueAt(scale, 'patch.requestBody.content'))).toEqual([
      'application/apply-patch+yaml',
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/strategic-merge-patch+json',
    ]);
    const everywhere = at(deployments, '/apis/apps/v1/deployments');
    expect(valueAt(everywhere, 'get.operationId')).toBe('listAppsV1DeploymentForAllNamespaces');
    expect(keysOf(valueAt(everywhere, 'get.responses.200.content'))).toEqual(
      expect.arrayContaining(['application/json', 'application/json;stream=watch', 'application/yaml']),
    );
    const watched = at(deployments, '/apis/apps/v1/watch/deployments');
    expect(valueAt(watched, 'get.operationId')).toBe('watchAppsV1DeploymentListForAllNamespaces');
  });

  promises('v3 says of a path what all of its operations take, and of each operation the rest', async (scene) => {
    const paths = (await documentOf(scene, 'apis/apps/v1')).at('paths');
    const item = at(paths, '/apis/apps/v1/namespaces/{namespace}/deployments/{name}');
    expect(namesOf(valueAt(item, 'parameters'))).toEqual(['name', 'namespace', 'pretty']);
    expect(namesOf(valueAt(item, 'patch.parameters'))).toEqual(['dryRun', 'fieldManager', 'fieldValidation', 'force']);
  });

  promises('v3 has a document for questions, which are asked by their own names', async (scene) => {
    const paths = (await documentOf(scene, 'apis/authorization.k8s.io/v1')).at('paths');
    const local = at(paths, '/apis/authorization.k8s.io/v1/namespaces/{namespace}/localsubjectaccessreviews');
    expect(valueAt(local, 'post.operationId')).toBe('createAuthorizationV1NamespacedLocalSubjectAccessReview');
    const core = (await documentOf(scene, 'api/v1')).at('paths');
    const token = at(core, '/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token');
    expect(valueAt(token, 'post.operationId')).toBe('createCoreV1NamespacedServiceAccountToken');
    expect(valueAt(token, 'post.x-kubernetes-group-version-kind')).toMatchObject({ kind: 'TokenRequest' });
  });

  promises('v3 has a document for each group, and for the lists of groups', async (scene) => {
    const group = (await documentOf(scene, 'apis/apps')).at('paths');
    expect(valueAt(at(group, '/apis/apps/'), 'get.operationId')).toBe('getAppsAPIGroup');
    const groups = (await documentOf(scene, 'apis')).at('paths');
    expect(valueAt(at(groups, '/apis/'), 'get.operationId')).toBe('getAPIVersions');
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

  promises('v3 has documents for what tells whose tokens the cluster gives', async (scene) => {
    const configuration = (await documentOf(scene, '.well-known/openid-configuration')).at('paths');
    expect(at(configuration, '/.well-known/openid-configuration/')).toMatchObject({
      get: { operationId: 'getServiceAccountIssuerOpenIDConfiguration' },
    });
    const keys = (await documentOf(scene, 'openid/v1/jwks')).at('paths');
    expect(keysOf(valueAt(at(keys, '/openid/v1/jwks/'), 'get.responses.200.content'))).toEqual([
      'application/jwk-set+json',
    ]);
  });

  promises('both versions say of which fields only one counts', async (scene) => {
    const union = [{ discriminator: 'type', 'fields-to-discriminateBy': { localhostProfile: 'LocalhostProfile' } }];
    const v3 = (await documentOf(scene, 'api/v1')).at('components.schemas');
    expect(at(at(v3, 'io.k8s.api.core.v1.SeccompProfile'), 'x-kubernetes-unions')).toEqual(union);
    const v2 = (await scene.api.get('/openapi/v2', {}, { accept: 'application/json' })).at('definitions');
    expect(at(at(v2, 'io.k8s.api.core.v1.SeccompProfile'), 'x-kubernetes-unions')).toEqual(union);
  });

  promises('version 2 has nothing below it', async ({ api }) => {
    expect((await api.get('/openapi/v2/')).status).toBe(404);
  });

  promises('v2 is served as JSON and as protobuf', async ({ api }) => {
    const json = await api.get('/openapi/v2', {}, { accept: 'application/json' });
    expect(json.at('swagger')).toBe('2.0');
    const protobuf = await api.get('/openapi/v2', {}, { accept: V2_PROTOBUF });
    expect(protobuf.headers['content-type']).toContain('application/com.github.proto-openapi.spec.v2');
    expect([...protobuf.bytes.subarray(0, 5)]).toEqual([0x0a, 0x03, 0x32, 0x2e, 0x30]);
  });

  promises('documents come to nobody in a form that is not taken', async ({ api }) => {
    for (const path of ['/openapi/v2', '/openapi/v3/api/v1']) {
      const refused = await api.get(path, {}, { accept: 'text/html' });
      expect([refused.status, refused.bytes.length]).toEqual([406, 0]);
    }
  });

  promises('documents are not sent again to who has them, in whatever way that is said', async ({ api }) => {
    for (const path of ['/openapi/v2', '/openapi/v3/apis/batch/v1']) {
      const answers = async (): Promise<number[]> => {
        const etag = String((await api.get(path)).headers['etag']);
        const known = [etag, `"another", ${etag}`, `W/${etag}`, '*', '"another"'];
        return Promise.all(known.map(async (tag) => (await api.get(path, {}, { 'if-none-match': tag })).status));
      };
      // Whatever came before may just have changed the document.
      const right = [304, 304, 304, 304, 200];
      expect(await eventually(answers, (statuses) => statuses.join() === right.join())).toEqual(right);
    }
  });

  promises('v2 says of custom kinds what it can, and what kubectl understands', async (scene) => {
    const { api } = scene;
    const text = { type: 'string' };
    const radios = await define(
      scene,
      'radios',
      specSchema(
        {
          band: { ...text, description: 'what it hears', default: 'FM', enum: ['AM', 'FM'] },
          owner: { type: 'object', nullable: true, properties: { name: text } },
          extras: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { a: text } },
          port: { 'x-kubernetes-int-or-string': true },
          presets: { type: 'array', items: text, 'x-kubernetes-list-type': 'set', maxItems: 4 },
        },
        { required: ['band', 'owner'], oneOf: [{ required: ['port'] }, { required: ['presets'] }] },
      ),
      { subresources: { scale: { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n' } } },
    );
    const name = [...radios.group.split('.').reverse(), 'v1', 'Radio'].join('.');
    const published = async (): Promise<Json | undefined> => {
      const document = await api.get('/openapi/v2', {}, { accept: 'application/json' });
      return at(document.at('definitions'), name);
    };
    const radio = await eventually(published, Boolean);
    expect(valueAt(radio, 'x-kubernetes-group-version-kind')).toEqual([
      { group: radios.group, version: 'v1', kind: 'Radio' },
    ]);
    expect(valueAt(radio, 'properties.spec')).toEqual({
      type: 'object',
      required: ['band'],
      properties: {
        band: { ...text, description: 'what it hears', enum: ['AM', 'FM'] },
        owner: {},
        extras: { 'x-kubernetes-preserve-unknown-fields': true },
        port: { 'x-kubernetes-int-or-string': true },
        presets: { type: 'array', items: text, 'x-kubernetes-list-type': 'set', maxItems: 4 },
      },
    });
    expect(valueAt(radio, 'properties.metadata.$ref')).toBe(
      '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
    );
    const document = await api.get('/openapi/v2', {}, { accept: 'application/json' });
    expect(valueAt(at(document.at('definitions'), `${name}List`), 'properties.items.items.$ref')).toBe(
      `#/definitions/${name}`,
    );
    const scale = at(document.at('paths'), `/apis/${radios.group}/v1/namespaces/{namespace}/radios/{name}/scale`);
    expect(valueAt(scale, 'get.responses.200.schema.$ref')).toBe('#/definitions/io.k8s.api.autoscaling.v1.Scale');
    await api.delete(`${DEFINITIONS}/${radios.name}`);
    expect(await eventually(published, (there) => there === undefined)).toBeUndefined();
  });

  promises('v2 lets a client find out from its operations which writes may be tried', async ({ api }) => {
    const paths = (await api.get('/openapi/v2', {}, { accept: 'application/json' })).at('paths');
    const patch = valueAt(at(paths, '/api/v1/namespaces/{namespace}/configmaps/{name}'), 'patch');
    expect(patch).toMatchObject({
      operationId: 'patchCoreV1NamespacedConfigMap',
      'x-kubernetes-group-version-kind': { group: '', version: 'v1', kind: 'ConfigMap' },
      parameters: expect.arrayContaining([expect.objectContaining({ name: 'dryRun', in: 'query' })]),
    });
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
