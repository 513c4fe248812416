import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import type { Answer } from '../cluster/answer.js';
import { eventually } from '../cluster/eventually.js';
import { configMap } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const POLICIES = `${GROUP}/validatingadmissionpolicies`;
const BINDINGS = `${GROUP}/validatingadmissionpolicybindings`;

const policy = (name: string, spec: JsonObject): JsonObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec: {
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
      ],
    },
    ...spec,
  },
});

/** Binds a policy to ConfigMaps of the suite's namespace with the label `policy: NAME`. */
async function inForce(scene: Scene, name: string, spec: JsonObject, binding: JsonObject = {}): Promise<void> {
  const { api, unique, namespace, afterwards } = scene;
  const full = `${unique}-${name}`;
  const made = await api.post(POLICIES, policy(full, spec));
  if (made.status !== 201) throw new Error(`the policy is not accepted: ${made.text}`);
  afterwards(`${POLICIES}/${full}`);
  await api.post(BINDINGS, {
    metadata: { name: full },
    spec: {
      policyName: full,
      validationActions: ['Deny'],
      matchResources: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        objectSelector: { matchLabels: { policy: name } },
      },
      ...binding,
    },
  });
  afterwards(`${BINDINGS}/${full}`);
}

const subject = (name: string, policyName: string, data: JsonObject = {}): JsonObject =>
  configMap(name, data, { labels: { policy: policyName } });

/** Tries a creation in a dry run until the answer is as wanted: policies are followed, not obeyed at once. */
const settled = ({ api, core }: Scene, object: JsonObject, wanted: (answer: Answer) => boolean): Promise<Answer> =>
  eventually(() => api.post(core('configmaps'), object, { query: { dryRun: 'All' } }), wanted);

const refusedBy = ({ status }: Answer): boolean => status >= 400;

suite('ValidatingAdmissionPolicy', ({ promises }) => {
  promises('refuses what its expression is false for, in its words', async (scene) => {
    await inForce(scene, 'colour', {
      validations: [{ expression: "object.data.colour != 'red'", message: 'red is taken' }],
    });
    const refused = await settled(scene, subject('red', 'colour', { colour: 'red' }), refusedBy);
    expect(refused.outcome).toBe('422 Invalid');
    expect(refused.textAt('message')).toBe(
      `configmaps "red" is forbidden: ValidatingAdmissionPolicy '${scene.unique}-colour' with binding '${scene.unique}-colour' denied request: red is taken`,
    );
    const blue = await scene.api.post(scene.core('configmaps'), subject('blue', 'colour', { colour: 'blue' }));
    expect(blue.status).toBe(201);
  });

  promises('says why by an expression, and by a reason', async (scene) => {
    await inForce(scene, 'worded', {
      validations: [{ expression: 'false', messageExpression: "'not ' + object.metadata.name", reason: 'Forbidden' }],
    });
    const refused = await settled(scene, subject('this', 'worded'), refusedBy);
    expect(refused.outcome).toBe('403 Forbidden');
    expect(refused.textAt('message')).toContain('denied request: not this');
  });

  promises('sees the old object, the request and the namespace', async (scene) => {
    const { api, core } = scene;
    await inForce(scene, 'seen', {
      validations: [
        {
          expression:
            "request.operation == 'CREATE' || (oldObject.data.id == object.data.id && namespaceObject.metadata.name == request.namespace)",
          message: 'id never changes',
        },
      ],
    });
    await api.post(core('configmaps'), subject('seen', 'seen', { id: '1', note: 'x' }));
    const change = (data: JsonObject) => api.patch('merge', core('configmaps', 'seen'), { data }, { dryRun: 'All' });
    const refused = await eventually(() => change({ id: '2' }), refusedBy);
    expect(refused.textAt('message')).toContain('id never changes');
    expect((await change({ note: 'y' })).status).toBe(200);
  });

  promises('has variables, that may stand on one another', async (scene) => {
    await inForce(scene, 'variables', {
      variables: [
        { name: 'size', expression: 'int(object.data.size)' },
        { name: 'large', expression: 'variables.size > 10' },
      ],
      validations: [{ expression: '!variables.large', message: 'too large' }],
    });
    const refused = await settled(scene, subject('large', 'variables', { size: '11' }), refusedBy);
    expect(refused.textAt('message')).toContain('too large');
    expect((await settled(scene, subject('small', 'variables', { size: '9' }), () => true)).status).toBe(201);
  });

  promises('asks only under its match conditions', async (scene) => {
    await inForce(scene, 'conditions', {
      matchConditions: [{ name: 'strict', expression: "'mode' in object.data && object.data.mode == 'strict'" }],
      validations: [{ expression: 'false', message: 'strictly no' }],
    });
    const refused = await settled(scene, subject('strict', 'conditions', { mode: 'strict' }), refusedBy);
    expect(refused.textAt('message')).toContain('strictly no');
    expect((await settled(scene, subject('lax', 'conditions', { mode: 'lax' }), () => true)).status).toBe(201);
  });

  promises('takes parameters from an object that the binding names', async (scene) => {
    const { api, core, namespace } = scene;
    await api.post(core('configmaps'), configMap('limits', { max: '3' }));
    await inForce(
      scene,
      'params',
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        validations: [{ expression: 'int(object.data.size) <= int(params.data.max)', message: 'over the maximum' }],
      },
      { paramRef: { name: 'limits', namespace, parameterNotFoundAction: 'Deny' } },
    );
    const refused = await settled(scene, subject('four', 'params', { size: '4' }), ({ text }) =>
      text.includes('over the'),
    );
    expect(refused.textAt('message')).toContain('over the maximum');
    expect((await settled(scene, subject('two', 'params', { size: '2' }), ({ status }) => status === 201)).status).toBe(
      201,
    );
  });

  promises('warns instead, when its binding says so', async (scene) => {
    await inForce(
      scene,
      'warns',
      { validations: [{ expression: 'false', message: 'rather not' }] },
      { validationActions: ['Warn'] },
    );
    const warned = await settled(scene, subject('warned', 'warns'), ({ warnings }) => warnings.length > 0);
    expect(warned.status).toBe(201);
    expect(warned.warnings.join()).toContain('rather not');
  });

  promises('refuses when it fails itself, unless it says Ignore', async (scene) => {
    const validations = [{ expression: "object.data.absent == 'x'" }];
    await inForce(scene, 'fails', { validations });
    await inForce(scene, 'ignores', { validations, failurePolicy: 'Ignore' });
    expect((await settled(scene, subject('failing', 'fails', { a: '1' }), refusedBy)).status).toBe(422);
    expect((await settled(scene, subject('ignored', 'ignores', { a: '1' }), () => true)).status).toBe(201);
  });

  promises('asks who may do what', async (scene) => {
    await inForce(scene, 'authorizer', {
      validations: [
        {
          expression:
            "authorizer.group('').resource('secrets').namespace(object.metadata.namespace).check('delete').allowed()",
          message: 'only for those who may delete Secrets',
        },
      ],
    });
    const { api, core, group } = scene;
    await api.post(group('rbac.authorization.k8s.io/v1', 'rolebindings'), {
      metadata: { name: 'maker' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'maker' }],
    });
    await api.post(group('rbac.authorization.k8s.io/v1', 'roles'), {
      metadata: { name: 'make' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create'] }],
    });
    await api.post(group('rbac.authorization.k8s.io/v1', 'rolebindings'), {
      metadata: { name: 'make' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'make' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'maker' }],
    });
    const refused = await eventually(
      () => api.as('maker').post(core('configmaps'), subject('asked', 'authorizer'), { query: { dryRun: 'All' } }),
      ({ text }) => text.includes('only for those'),
    );
    expect(refused.textAt('message')).toContain('only for those who may delete Secrets');
    expect((await api.post(core('configmaps'), subject('asked', 'authorizer'))).status).toBe(201);
  });

  promises('is refused when an expression does not compile', async ({ api, unique }) => {
    const causes = async (spec: JsonObject) => (await api.post(POLICIES, policy(`${unique}-bad`, spec))).causes;
    expect(await causes({ validations: [{ expression: 'object.' }] })).toContain('spec.validations[0].expression');
    expect(await causes({ validations: [{ expression: '1 + 1' }] })).toContain('spec.validations[0].expression');
    expect(await causes({})).toContain('spec.validations');
  });

  promises('and its bindings are about something', async ({ api, unique }) => {
    const binding = await api.post(BINDINGS, {
      metadata: { name: `${unique}-bad` },
      spec: { policyName: '', validationActions: [] },
    });
    expect(binding.causes).toEqual(expect.arrayContaining(['spec.policyName', 'spec.validationActions']));
  });
});
