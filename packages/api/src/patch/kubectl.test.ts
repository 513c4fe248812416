import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject, KubeObject } from '../object.js';
import { openSchema } from '../schema/open-schema.js';
import { builtinSchemas } from '../schemas.js';
import { findKubectl, kubectl } from '../testing/kubectl.js';
import { applyJsonPatch } from './json-patch.js';
import { applyMergePatch } from './merge-patch.js';
import { applyStrategicPatch } from './strategic-patch.js';

const program = findKubectl('kubectl');
const components = builtinSchemas();
const schema = openSchema(components['io.k8s.api.core.v1.Pod'] ?? {}, components);
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', finalizers: ['x', 'y'], labels: { a: 'b' } },
  spec: {
    containers: [
      { name: 'a', image: '1' },
      { name: 'b', image: '1', env: [{ name: 'X', value: '1' }], ports: [{ containerPort: 80 }] },
      { name: 'c', image: '1', args: ['1', '2'] },
    ],
    volumes: [{ name: 'v', emptyDir: {} }],
    nodeSelector: { a: '1' },
    tolerations: [{ key: 'k' }],
  },
} satisfies KubeObject & { spec: Json };

type Form = 'strategic' | 'merge' | 'json';
const ours: Record<Form, (patch: Json) => unknown> = {
  strategic: (patch) => applyStrategicPatch(pod, patch, schema),
  merge: (patch) => applyMergePatch(pod, patch),
  json: (patch) => applyJsonPatch(pod, patch),
};

/** What kubectl makes of the pod with the same code as a Kubernetes API server's. */
async function theirs(form: Form, patch: Json): Promise<unknown> {
  const directory = await mkdtemp(join(tmpdir(), 'drover-patch-'));
  try {
    const file = join(directory, 'pod.json');
    await writeFile(file, JSON.stringify(pod));
    const args = ['patch', '--local', '-f', file, '--type', form, '-p', JSON.stringify(patch), '-o', 'json'];
    return JSON.parse(await kubectl(program ?? '', args));
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe.skipIf(program === undefined)('patches make the same as kubectl does (skipped without kubectl)', () => {
  it.each<[string, Form, Json]>([
    [
      'an element',
      'strategic',
      { spec: { containers: [{ name: 'b', image: '2', env: [{ name: 'Y', value: '2' }] }] } },
    ],
    ['a new element', 'strategic', { spec: { containers: [{ name: 'd', image: '1' }] } }],
    ['a deleted element', 'strategic', { spec: { containers: [{ name: 'a', $patch: 'delete' }] } }],
    ['a replaced list', 'strategic', { spec: { containers: [{ $patch: 'replace' }, { name: 'z', image: '1' }] } }],
    [
      'an order',
      'strategic',
      {
        spec: {
          '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }],
          containers: [{ name: 'a', image: '2' }],
        },
      },
    ],
    [
      'an order with something new',
      'strategic',
      {
        spec: {
          '$setElementOrder/containers': [{ name: 'n' }, { name: 'b' }, { name: 'a' }, { name: 'c' }],
          containers: [{ name: 'n', image: '1' }],
        },
      },
    ],
    [
      'retained keys',
      'strategic',
      { spec: { volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] } },
    ],
    ['plain values', 'strategic', { metadata: { finalizers: ['z'], '$deleteFromPrimitiveList/finalizers': ['x'] } }],
    ['an atomic list', 'strategic', { spec: { tolerations: [{ key: 'other' }] } }],
    ['a plain list inside', 'strategic', { spec: { containers: [{ name: 'c', args: ['3'] }] } }],
    ['a replaced map', 'strategic', { spec: { nodeSelector: { $patch: 'replace', b: '2' } } }],
    ['null', 'strategic', { spec: { nodeSelector: null, containers: [{ name: 'b', env: null }] } }],
    ['a merge', 'merge', { spec: { nodeSelector: { b: '2', a: null }, tolerations: [{ key: 'z' }] } }],
    [
      'operations',
      'json',
      [
        { op: 'test', path: '/metadata/name', value: 'a' },
        { op: 'add', path: '/spec/containers/0/args', value: ['x'] },
        { op: 'move', from: '/spec/containers/2', path: '/spec/containers/0' },
      ],
    ],
  ])('%s', async (_name, form, patch) => {
    expect(ours[form](patch)).toEqual(await theirs(form, patch));
  });

  it('whatever elements change, go, come and move', async () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const change = fc.uniqueArray(fc.record({ name, image: fc.constant('2') }), {
      selector: (container) => container.name,
      maxLength: 3,
    });
    const patch = change.chain((containers) =>
      fc.shuffledSubarray(['a', 'b', 'c', 'd']).map((order): JsonObject => {
        const named = [...new Set([...order, ...containers.map((container) => container.name)])];
        const sorted = named.flatMap((each) => containers.filter((container) => container.name === each));
        return { spec: { containers: sorted, '$setElementOrder/containers': named.map((each) => ({ name: each })) } };
      }),
    );
    await fc.assert(
      fc.asyncProperty(patch, async (document) => {
        expect(ours.strategic(document)).toEqual(await theirs('strategic', document));
      }),
      { numRuns: 12 },
    );
  });
});
