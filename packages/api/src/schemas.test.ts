import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { CustomResourceDefinition } from './generated/types/apiextensions-v1.js';
import type { Json, JsonObject, KubeObject } from './object.js';
import { openSchema } from './schema/open-schema.js';
import type { Schema } from './schema/schema.js';
import { builtinResources, builtinSchemas, defaultRbac, harvesterCrds, rancherCrds } from './schemas.js';

describe('the documents of the built-in kinds', () => {
  it('have a schema that opens for each resource', () => {
    const components = builtinSchemas();
    for (const { component, group, version, kind } of builtinResources()) {
      const bare = { apiVersion: group === '' ? version : `${group}/${version}`, kind, metadata: { name: 'x' } };
      expect(openSchema(components[component] ?? {}, components).prune(bare).unknown).toEqual([]);
    }
  });

  it('have no reference that leads nowhere', () => {
    const components = builtinSchemas();
    const refs = JSON.stringify(components).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
    for (const [, name = ''] of refs) expect(components).toHaveProperty([name]);
  });

  it('take a deployment as people write it, and tell its mistakes', () => {
    const components = builtinSchemas();
    const schema = openSchema(components['io.k8s.api.apps.v1.Deployment'] ?? {}, components);
    const container = {
      name: 'c',
      image: 'i',
      ports: [{ containerPort: 80 }],
      resources: { limits: { cpu: 1, memory: '1Gi' } },
    };
    const spec = (containers: Json): KubeObject =>
      ({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'd' },
        spec: {
          selector: { matchLabels: { a: 'b' } },
          template: { metadata: { labels: { a: 'b' } }, spec: { containers } },
        },
      }) as KubeObject;
    expect(schema.validate(spec([container]))).toEqual([]);
    expect(
      schema.validate(spec([{ ...container, ports: [{ containerPort: '80' }] }])).map(({ field }) => field),
    ).toEqual(['spec.template.spec.containers[0].ports[0].containerPort']);
    expect(
      schema.validate(spec([{ ...container, resources: { limits: { cpu: 'much' } } }])).map(({ field }) => field),
    ).toEqual(['spec.template.spec.containers[0].resources.limits[cpu]']);
    expect(schema.prune(spec([{ ...container, imagePolicy: 'x' }])).unknown).toEqual([
      'spec.template.spec.containers[0].imagePolicy',
    ]);
  });

  it('hold the default roles as objects that may be created', () => {
    const admin = defaultRbac().find(
      ({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === 'cluster-admin',
    );
    expect(admin).toMatchObject({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      metadata: { labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } },
    });
  });

  it('are read once while somebody holds them', () => {
    const first = builtinResources();
    expect(builtinResources()).toBe(first);
  });
});

describe('the definitions', () => {
  const all = [...harvesterCrds(), ...rancherCrds()];

  it('are named after their plural and group, each once', () => {
    for (const { metadata, spec } of all) expect(metadata.name).toBe(`${spec.names.plural}.${spec.group}`);
    expect(new Set(all.map(({ metadata }) => metadata.name)).size).toBe(all.length);
  });

  it('are objects of their own kind', () => {
    const components = builtinSchemas();
    const schema = openSchema(
      components['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition'] ?? {},
      components,
    );
    for (const crd of all) {
      expect(schema.prune(crd).unknown).toEqual([]);
      expect(schema.validate(crd)).toEqual([]);
    }
  });

  it('carry no prose', () => {
    expect(JSON.stringify(all)).not.toMatch(/"description":"/);
  });

  it('give a status of its own to a cluster, not to an image', () => {
    const subresources = (name: string) =>
      all.find(({ metadata }) => metadata.name === name)?.spec.versions[0]?.subresources;
    expect(subresources('clusters.management.cattle.io')).toEqual({ status: {} });
    expect(subresources('clusters.provisioning.cattle.io')).toEqual({ status: {} });
    expect(subresources('virtualmachineimages.harvesterhci.io')?.status).toBeUndefined();
  });
});

const shared = process.env['DROVER_SHARED'] ?? fileURLToPath(new URL('../../../../shared', import.meta.url));
const published = join(shared, 'data', 'crds');

describe.skipIf(!existsSync(published))('the published definitions (skipped where DROVER_SHARED has none)', () => {
  const folders = existsSync(published)
    ? readdirSync(published, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];
  const files = folders.flatMap(({ name }) =>
    readdirSync(join(published, name)).map((file) => join(published, name, file)),
  );
  const pairs = [...harvesterCrds(), ...rancherCrds()].flatMap((ours) => {
    const file = files.find((candidate) => candidate.endsWith(`/${ours.metadata.name}.yaml`));
    return file === undefined ? [] : [{ name: ours.metadata.name ?? '', ours, file }];
  });

  it.each(pairs)('$name drops, fills in and refuses the same', ({ ours, file }) => {
    const theirs = parse(readFileSync(file, 'utf8')) as CustomResourceDefinition;
    const version = ours.spec.versions[0]?.name;
    const [left, right] = [schemaOf(ours, version), schemaOf(theirs, version)];
    const [mine, real] = [openSchema(left), openSchema(right)];
    fc.assert(
      fc.property(objectOf(right, 6), (fields) => {
        const object = {
          ...(fields as JsonObject),
          apiVersion: 'a/v1',
          kind: 'A',
          metadata: { name: 'x' },
        } as KubeObject;
        expect(mine.prune(object)).toEqual(real.prune(object));
        expect(mine.withDefaults(object)).toEqual(real.withDefaults(object));
        expect(mine.validate(object)).toEqual(real.validate(object));
      }),
      { numRuns: 10 },
    );
  });
});

function schemaOf({ spec }: CustomResourceDefinition, version: string | undefined): Schema {
  return spec.versions.find(({ name }) => name === version)?.schema?.openAPIV3Schema ?? {};
}

/** Values that mostly fit a schema, and sometimes do not. */
function objectOf(schema: Schema, depth: number): fc.Arbitrary<Json> {
  const wrong = fc.constantFrom<Json>(null, 'x', -1, true, [], {}, { unknown: 1 });
  return fc.oneof({ weight: 12, arbitrary: fitting(schema, depth) }, { weight: 1, arbitrary: wrong });
}

function fitting(schema: Schema, depth: number): fc.Arbitrary<Json> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'string':
      return fc.constantFrom('', 'a', '1Gi', '2026-01-01T00:00:00Z');
    case 'integer':
    case 'number':
      return fc.integer({ min: -5, max: 70_000 });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return depth === 0 ? fc.constant([]) : fc.array(objectOf(schema.items ?? {}, depth - 1), { maxLength: 2 });
    case 'object': {
      const names = Object.keys(schema.properties ?? {});
      if (depth === 0 || names.length === 0) return fc.constantFrom<Json>({}, { a: 'b' });
      const some = fc.subarray(names, { maxLength: Math.min(4, names.length) });
      return some.chain((chosen) =>
        fc.record(
          Object.fromEntries(chosen.map((name) => [name, objectOf(schema.properties?.[name] ?? {}, depth - 1)])),
        ),
      );
    }
    default:
      return fc.constantFrom<Json>(1, '80%', { free: ['form'] });
  }
}
