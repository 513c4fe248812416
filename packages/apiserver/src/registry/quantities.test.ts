import { type Json, openSchema } from '@drover/api';
import { builtinSchemas } from '@drover/api/schemas';
import { describe, expect, it } from 'vitest';
import { withCanonicalQuantities } from './quantities.js';

const components = builtinSchemas();
const rootOf = (component: string) => openSchema(components[component] ?? {}, components).root;
const POD = rootOf('io.k8s.api.core.v1.Pod');
const podWith = (resources: Json, sizeLimit: Json): Json => ({
  metadata: { labels: { cpu: '1000m' } },
  spec: { containers: [{ name: 'app', resources }], volumes: [{ name: 'tmp', emptyDir: { sizeLimit } }] },
});

describe('the quantities of a built-in kind', () => {
  it('are written in canonical form at whatever depth, and nothing else is', () => {
    expect(
      withCanonicalQuantities(
        podWith({ limits: { cpu: '1000m', memory: 1024 }, requests: { cpu: 0.5 } }, '1024Mi'),
        POD,
      ),
    ).toEqual(podWith({ limits: { cpu: '1', memory: '1024' }, requests: { cpu: '500m' } }, '1Gi'));
  });

  it('leave the value as it is where they are in that form already', () => {
    const pod = podWith({ limits: { cpu: '1' } }, '1Gi');
    expect(withCanonicalQuantities(pod, POD)).toBe(pod);
  });

  it.each([
    ['io.k8s.api.core.v1.Pod', true],
    ['io.k8s.api.apps.v1.Deployment', true],
    ['io.k8s.api.storage.v1.CSIStorageCapacity', true],
    ['io.k8s.api.core.v1.ConfigMap', false],
    ['io.k8s.api.rbac.v1.Role', false],
    ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition', false],
  ])('are looked for in %s: %s', (component, held) => {
    expect(rootOf(component).holdsQuantities).toBe(held);
  });
});
