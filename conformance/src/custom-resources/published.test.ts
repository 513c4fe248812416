import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isJsonObject, type Json, type JsonObject } from '@drover/api';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { valueAt } from '../cluster/answer.js';
import { DEFINITIONS, established } from '../cluster/definition.js';
import { eventually } from '../cluster/eventually.js';
import { exampleOf } from '../cluster/example.js';
import { type Scene, suite } from '../suite.js';

/** Definitions as their projects publish them, beside this repository where they are at all. */
const FOLDER = resolve(import.meta.dirname, '../../../../shared/data/crds');

function published(): JsonObject[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ofVersion1(parse(readFileSync(join(FOLDER, file), 'utf8')) as JsonObject));
}

/** A definition of the version that is served today; one is published in that before. */
function ofVersion1(definition: JsonObject): JsonObject {
  const { version: _, validation, preserveUnknownFields: __, ...spec } = definition['spec'] as JsonObject;
  if (validation === undefined) return definition;
  const versions = listAt(definition, 'spec.versions').map((one) => ({ schema: validation, ...(one as JsonObject) }));
  return { ...definition, apiVersion: 'apiextensions.k8s.io/v1', spec: { ...spec, versions } };
}

/** Specs of kinds whose rules say more than their schema, by the name of the definition. */
const RULED: Readonly<Record<string, JsonObject>> = {
  'hostnetworkconfigs.network.harvesterhci.io': { mode: 'dhcp', clusterNetwork: 'mgmt', vlanID: 10 },
  'virtualmachinebackups.backup.kubevirt.io': {
    pvcName: 'backup',
    source: { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: 'vm' },
  },
  'virtualmachinebackuptrackers.backup.kubevirt.io': {
    source: { apiGroup: 'kubevirt.io', kind: 'VirtualMachine', name: 'vm' },
  },
  'rkeclusters.rke.cattle.io': { controlPlaneEndpoint: { host: 'example.com', port: 6443 } },
  'volumegroupsnapshotcontents.groupsnapshot.storage.k8s.io': {
    deletionPolicy: 'Delete',
    driver: 'example.com',
    source: { volumeHandles: ['one'] },
    volumeGroupSnapshotRef: { name: 'group', namespace: 'default' },
  },
  'volumegroupsnapshots.groupsnapshot.storage.k8s.io': { source: { volumeGroupSnapshotContentName: 'content' } },
  'volumesnapshotcontents.snapshot.storage.k8s.io': {
    deletionPolicy: 'Delete',
    driver: 'example.com',
    source: { volumeHandle: 'one' },
    volumeSnapshotRef: { name: 'snapshot', namespace: 'default' },
  },
  'volumesnapshots.snapshot.storage.k8s.io': { source: { volumeSnapshotContentName: 'content' } },
};

const listAt = (value: Json, path: string): readonly Json[] => {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found : [];
};

/** Makes an object of a version, reads it back, and expects every field that was sent. */
async function roundTrip(scene: Scene, definition: JsonObject, version: Json): Promise<void> {
  const { api, namespace } = scene;
  const apiVersion = `${valueAt(definition, 'spec.group')}/${valueAt(version, 'name')}`;
  const inNamespace = valueAt(definition, 'spec.scope') === 'Namespaced' ? `namespaces/${namespace}/` : '';
  const path = `/apis/${apiVersion}/${inNamespace}${valueAt(definition, 'spec.names.plural')}`;
  const schema = valueAt(version, 'schema.openAPIV3Schema');
  const example = isJsonObject(schema) ? exampleOf(schema) : {};
  const kind = String(valueAt(definition, 'spec.names.kind'));
  const ruled = RULED[String(valueAt(definition, 'metadata.name'))];
  const metadata = { name: `${scene.unique}-${String(valueAt(version, 'name'))}` };
  const object: JsonObject = {
    ...(isJsonObject(example) ? example : {}),
    ...(ruled === undefined ? {} : { spec: ruled }),
    apiVersion,
    kind,
    metadata,
  };
  const made = await eventually(
    () => api.post(path, object, { query: { fieldValidation: 'Strict' } }),
    ({ status }) => status !== 404,
  );
  expect(made.status, made.text).toBe(201);
  const read = await api.get(`${path}/${metadata.name}`);
  // What belongs to the subresource is not written with the object.
  const { status, ...sent } = object;
  expect(read.body).toMatchObject(valueAt(version, 'subresources.status') === undefined ? object : sent);
  expect((await api.delete(`${path}/${metadata.name}`)).status).toBe(200);
}

if (!existsSync(FOLDER)) it.skip('published definitions (needs ../shared/data/crds)');
else {
  suite('published definitions', ({ promises }) => {
    for (const definition of published()) {
      const name = String(valueAt(definition, 'metadata.name'));
      const stored = listAt(definition, 'spec.versions').find((version) => valueAt(version, 'storage') === true);
      if (stored === undefined) {
        it.skip(`${name} (its document is cut off before it says which version is stored)`);
        continue;
      }
      promises(`${name} installs, and its objects come back as they were sent`, async (scene) => {
        const { api } = scene;
        // One of another project may have the name, and be on its way out.
        const installed = await eventually(
          () => api.post(DEFINITIONS, definition),
          ({ status }) => status !== 409,
        );
        expect(installed.status, installed.text).toBe(201);
        await established(api, name);
        // What another version has and the stored one has not is nowhere to be kept.
        if (valueAt(stored, 'served') === true) await roundTrip(scene, definition, stored);
        expect((await api.delete(`${DEFINITIONS}/${name}`)).status).toBe(200);
      });
    }
  });
}
