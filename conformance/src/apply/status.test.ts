import type { Json, JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { type Answer, valueAt } from '../cluster/answer.js';
import { define } from '../cluster/definition.js';
import { deployment, pod } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

const CONDITION = {
  type: 'Tested',
  status: 'True',
  reason: 'Test',
  message: 'told',
  lastTransitionTime: '2026-01-01T00:00:00Z',
};

/** What `manager` has of an object: `metadata.labels status.conditions`. */
function fieldsOf(answer: Answer, manager: string): string[] {
  const entries = answer.at('metadata.managedFields');
  const entry = Array.isArray(entries) ? entries.find((one) => valueAt(one, 'manager') === manager) : undefined;
  const fields = (entry === undefined ? {} : (valueAt(entry, 'fieldsV1') ?? {})) as JsonObject;
  return Object.entries(fields).flatMap(([name, below]) =>
    Object.keys((below ?? {}) as object)
      .filter((inner) => inner !== '.')
      .map((inner) => `${name.slice(2)}.${inner.slice(2)}`),
  );
}

/** An object, and what is applied to its status beside a status. */
async function appliedStatus(
  { api, afterwards }: Scene,
  collection: string,
  object: JsonObject,
  status: Json,
): Promise<Answer> {
  const metadata = object['metadata'] as JsonObject;
  const path = `${collection}/${String(metadata['name'])}`;
  afterwards(path);
  const made = await api.apply(path, 'maker', {
    ...object,
    metadata: { ...metadata, labels: { told: 'by-maker' } },
    status,
  });
  expect(made.status).toBe(201);
  expect(fieldsOf(made, 'maker').filter((field) => field.startsWith('status'))).toEqual([]);
  const body = { ...object, metadata: { ...metadata, labels: { told: 'by-status' } }, status };
  const answer = await api.apply(`${path}/status`, 'loop', body, { force: 'true' });
  expect(answer.status).toBe(200);
  expect(fieldsOf(answer, 'loop').filter((field) => field.startsWith('spec'))).toEqual([]);
  return answer;
}

suite('server-side apply: a status', ({ promises }) => {
  promises('may have labels beside it, which are managed with it', async (scene) => {
    const answer = await appliedStatus(scene, scene.core('pods'), pod('labelled'), { message: 'x' });
    expect(answer.at('metadata.labels.told')).toBe('by-status');
    expect(fieldsOf(answer, 'loop').sort()).toEqual(['metadata.labels', 'status.message']);
  });

  promises('of a Deployment leaves its labels', async (scene) => {
    const status = { conditions: [{ type: 'Tested', status: 'True' }] };
    const answer = await appliedStatus(scene, scene.group('apps/v1', 'deployments'), deployment('left'), status);
    expect(answer.at('metadata.labels.told')).toBe('by-maker');
    expect(fieldsOf(answer, 'loop')).toEqual(['status.conditions']);
  });

  promises('of these kinds is all that is written and managed', async (scene) => {
    const { unique } = scene;
    const group = `remote.${unique}.example.com`;
    const policy = {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
      validations: [{ expression: 'true' }],
    };
    const remote = {
      group,
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { name: 'absent', namespace: 'absent' },
    };
    const kinds: [
      apiVersion: string,
      kind: string,
      plural: string,
      name: string,
      spec: JsonObject,
      status: JsonObject,
    ][] = [
      [
        'flowcontrol.apiserver.k8s.io/v1',
        'FlowSchema',
        'flowschemas',
        unique,
        { priorityLevelConfiguration: { name: 'global-default' } },
        { conditions: [CONDITION] },
      ],
      [
        'flowcontrol.apiserver.k8s.io/v1',
        'PriorityLevelConfiguration',
        'prioritylevelconfigurations',
        unique,
        { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
        { conditions: [CONDITION] },
      ],
      [
        'admissionregistration.k8s.io/v1',
        'ValidatingAdmissionPolicy',
        'validatingadmissionpolicies',
        unique,
        policy,
        { conditions: [CONDITION] },
      ],
      ['apiregistration.k8s.io/v1', 'APIService', 'apiservices', `v1.${group}`, remote, { conditions: [CONDITION] }],
      [
        'storage.k8s.io/v1',
        'VolumeAttachment',
        'volumeattachments',
        unique,
        { attacher: 'example.com', nodeName: 'absent', source: { persistentVolumeName: 'absent' } },
        { attached: true },
      ],
    ];
    for (const [apiVersion, kind, plural, name, spec, status] of kinds) {
      const object = { apiVersion, kind, metadata: { name }, spec };
      const answer = await appliedStatus(scene, `/apis/${apiVersion}/${plural}`, object, status);
      expect(answer.at('metadata.labels.told'), kind).toBe('by-maker');
      expect(fieldsOf(answer, 'loop'), kind).toEqual(Object.keys(status).map((field) => `status.${field}`));
    }
  });

  promises('of a definition is all that is managed', async (scene) => {
    const { name } = await define(scene, 'stables', { type: 'object' });
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
    const answer = await scene.api.apply(
      `${path}/status`,
      'loop',
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name, labels: { told: 'by-status' } },
        status: { conditions: [CONDITION] },
      },
      { force: 'true' },
    );
    expect(answer.at('metadata.labels.told')).toBe('by-status');
    expect(fieldsOf(answer, 'loop')).toEqual(['status.conditions']);
  });
});
