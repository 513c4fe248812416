import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { container, deployment, pod } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

const told = (resource: string, divisor: string, more: JsonObject = {}): JsonObject => ({
  resourceFieldRef: { resource, divisor, ...more },
});

const ofVariable = (valueFrom: JsonObject): JsonObject => container('app', { env: [{ name: 'A', valueFrom }] });

/** What is said of a pod that is only tried. */
const tried = async ({ api, core }: Scene, spec: JsonObject): Promise<string> => {
  const answer = await api.post(core('pods'), pod('tried', {}, spec), { query: { dryRun: 'All' } });
  return answer.status === 201 ? 'taken' : answer.textAt('message');
};

const BYTES = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei';

suite('what a container is told of its resources', ({ promises }) => {
  promises('comes in units that there are', async (scene) => {
    const field = 'spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor';
    const refused = (resource: string, units: string, what: string): string =>
      `Pod "tried" is invalid: ${field}: Invalid value: "${resource}": only divisor's values ${units} are supported with the ${what} resource`;
    for (const [resource, divisor, expected] of [
      ['limits.cpu', '1m', 'taken'],
      ['limits.cpu', '1', 'taken'],
      ['limits.cpu', '0', 'taken'],
      ['limits.cpu', '2', refused('limits.cpu', '1m and 1', 'cpu')],
      ['requests.memory', '1000', 'taken'],
      ['requests.memory', '1Ki', 'taken'],
      ['requests.memory', '3', refused('requests.memory', BYTES, 'memory')],
      ['limits.memory', '1m', refused('limits.memory', BYTES, 'memory')],
      ['limits.ephemeral-storage', '7', refused('limits.ephemeral-storage', BYTES, 'local ephemeral storage')],
      ['limits.hugepages-2Mi', '1Mi', 'taken'],
      ['limits.hugepages-2Mi', '5', refused('limits.hugepages-2Mi', BYTES, 'hugepages')],
    ] as const) {
      expect(await tried(scene, { containers: [ofVariable(told(resource, divisor))] })).toBe(expected);
    }
  });

  promises('is about a resource that there is', async (scene) => {
    expect(await tried(scene, { containers: [ofVariable(told('limits.patience', '1'))] })).toBe(
      'Pod "tried" is invalid: spec.containers[0].env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.patience": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"',
    );
  });

  promises('in a volume says of which container', async (scene) => {
    const items = [{ path: 'cpu', ...told('limits.cpu', '7') }];
    const volumes = [
      { name: 'a', downwardAPI: { items } },
      { name: 'b', projected: { sources: [{ downwardAPI: { items } }] } },
    ];
    const answer = await scene.api.post(scene.core('pods'), pod('tried', {}, { volumes }), {
      query: { dryRun: 'All' },
    });
    expect(answer.causes).toEqual([
      'spec.volumes[0].downwardAPI.resourceFieldRef.containerName',
      'spec.volumes[0].downwardAPI.resourceFieldRef.divisor',
      'spec.volumes[1].projected.sources[0].downwardAPI.resourceFieldRef.containerName',
      'spec.volumes[1].projected.sources[0].downwardAPI.resourceFieldRef.divisor',
    ]);
  });

  promises('is looked at in templates as well', async ({ api, group }) => {
    const answer = await api.post(
      group('apps/v1', 'deployments'),
      deployment('tried', [ofVariable(told('limits.cpu', '3'))]),
    );
    expect(answer.causes).toEqual(['spec.template.spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor']);
  });
});
