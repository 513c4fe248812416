import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { valueAt } from '../cluster/answer.js';
import { eventually } from '../cluster/eventually.js';
import { otherSide } from '../cluster/https-server.js';
import { pod } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

const to = (name: string, node: string, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Binding',
  metadata: { name, ...metadata },
  target: { kind: 'Node', name: node },
});

const bind = ({ api, core }: Scene, name: string, binding: JsonObject) =>
  api.post(core('pods', name, 'binding'), binding);

/** What webhooks are told of a binding. */
const SHOWN = ['operation', 'resource.resource', 'subResource', 'kind.kind', 'name', 'object.target.name', 'dryRun'];

suite('a binding', ({ promises }) => {
  promises('gives a pod to a node, with its annotations, and says so in a condition', async (scene) => {
    const { api, core } = scene;
    await api.post(core('pods'), pod('given'));
    const answer = await bind(scene, 'given', to('given', 'somewhere', { annotations: { by: 'hand' } }));
    expect(answer.outcome).toBe('201');
    expect(answer.body).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
    const given = await api.get(core('pods', 'given'));
    expect(given.at('spec.nodeName')).toBe('somewhere');
    expect(given.at('metadata.annotations')).toEqual({ by: 'hand' });
    expect(given.at('status.conditions')).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
  });

  promises('at the old place names the pod by itself', async (scene) => {
    const { api, core } = scene;
    await api.post(core('pods'), pod('old'));
    expect((await api.post(core('bindings'), to('old', 'somewhere'))).outcome).toBe('201');
    expect((await api.get(core('pods', 'old'))).at('spec.nodeName')).toBe('somewhere');
  });

  promises('of a pod that has a node is a conflict', async (scene) => {
    await scene.api.post(scene.core('pods'), pod('taken'));
    await bind(scene, 'taken', to('taken', 'here'));
    const again = await bind(scene, 'taken', to('taken', 'there'));
    expect(again.outcome).toBe('409 Conflict');
    expect(again.at('message')).toBe(
      'Operation cannot be fulfilled on pods/binding "taken": pod taken is already assigned to node "here"',
    );
  });

  promises('of a pod with gates is a conflict', async (scene) => {
    await scene.api.post(scene.core('pods'), pod('gated', {}, { schedulingGates: [{ name: 'example.com/wait' }] }));
    const answer = await bind(scene, 'gated', to('gated', 'here'));
    expect(answer.outcome).toBe('409 Conflict');
    expect(answer.textAt('message')).toContain('pod gated has non-empty .spec.schedulingGates');
  });

  promises('may say which pod it means', async (scene) => {
    const { api, core, namespace } = scene;
    const made = await api.post(core('pods'), pod('meant'));
    const other = await bind(scene, 'meant', to('meant', 'here', { uid: 'another' }));
    expect(other.outcome).toBe('409 Conflict');
    const uid = made.textAt('metadata.uid');
    expect(other.at('message')).toBe(
      `Operation cannot be fulfilled on pods "meant": StorageError: invalid object, Code: 4, Key: /registry/pods/${namespace}/meant, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: another, UID in object meta: ${uid}`,
    );
    expect((await bind(scene, 'meant', to('meant', 'here', { uid }))).outcome).toBe('201');
  });

  promises('that names another pod, no node, or none that is there is refused', async (scene) => {
    const { api, core } = scene;
    await api.post(core('pods'), pod('plain'));
    const misnamed = await bind(scene, 'plain', to('other', 'here'));
    expect(misnamed.outcome).toBe('400 BadRequest');
    expect(misnamed.at('message')).toBe('name in URL does not match name in Binding object');
    const nowhere = await bind(scene, 'plain', { ...to('plain', ''), target: { kind: 'Pod' } });
    expect(nowhere.status).toBe(500);
    expect(nowhere.at('message')).toBe(
      '[target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>", target.name: Required value]',
    );
    expect((await bind(scene, 'absent', to('absent', 'here'))).outcome).toBe('404 NotFound');
  });

  promises('as a dry run changes nothing', async (scene) => {
    const { api, core } = scene;
    await api.post(core('pods'), pod('dry'));
    const answer = await api.request('POST', core('pods', 'dry', 'binding'), {
      query: { dryRun: 'All' },
      body: to('dry', 'here'),
    });
    expect(answer.outcome).toBe('201');
    expect((await api.get(core('pods', 'dry'))).at('spec.nodeName')).toBeUndefined();
  });

  promises('needs the right to create bindings of pods', async ({ api, core, unique, group }) => {
    await api.post(core('pods'), pod('guarded'));
    const rbac = (plural: string): string => group('rbac.authorization.k8s.io/v1', plural);
    await api.post(rbac('roles'), {
      metadata: { name: 'binders' },
      rules: [{ apiGroups: [''], resources: ['pods/binding'], verbs: ['create'] }],
    });
    await api.post(rbac('rolebindings'), {
      metadata: { name: 'binders' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'binders' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: `${unique}-binder` }],
    });
    const binder = api.as(`${unique}-binder`);
    const refused = await binder.post(core('bindings'), to('guarded', 'here'));
    expect(refused.outcome).toBe('403 Forbidden');
    expect(refused.textAt('message')).toContain('cannot create resource "bindings" in API group ""');
    expect((await binder.post(core('pods', 'guarded', 'binding'), to('guarded', 'here'))).outcome).toBe('201');
  });

  promises('is in discovery', async ({ api }) => {
    const resources = (await api.get('/api/v1')).at('resources');
    const wanted = { singularName: '', namespaced: true, kind: 'Binding', verbs: ['create'] };
    expect(resources).toContainEqual({ ...wanted, name: 'bindings', singularName: 'binding' });
    expect(resources).toContainEqual({ ...wanted, name: 'pods/binding' });
  });

  promises('is shown to webhooks as the making of a subresource', async (scene) => {
    const { api, core, namespace, unique, afterwards } = scene;
    await using side = await otherSide(({ body }) => ({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: {
        uid: String(valueAt(body, 'request.uid')),
        allowed: false,
        status: { message: SHOWN.map((path) => String(valueAt(body, `request.${path}`))).join(' ') },
      },
    }));
    const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
    await api.post(path, {
      metadata: { name: `${unique}-bindings` },
      webhooks: [
        {
          name: 'bindings.example.com',
          clientConfig: { url: `${side.url}/bindings`, caBundle: side.caBundle },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods/binding'] }],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          timeoutSeconds: 5,
        },
      ],
    });
    afterwards(`${path}/${unique}-bindings`);
    await api.post(core('pods'), pod('watched'));
    const refused = await eventually(
      () =>
        api.request('POST', core('pods', 'watched', 'binding'), { query: { dryRun: 'All' }, body: to('watched', 'a') }),
      ({ status }) => status >= 400,
    );
    expect(refused.textAt('message')).toContain('CREATE pods binding Binding watched a true');
    await api.delete(`${path}/${unique}-bindings`);
  });
});
