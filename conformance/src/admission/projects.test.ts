import type { JsonObject } from '@drover/api';
import { namespacePolicy } from '@drover/manager';
import { expect } from 'vitest';
import type { Answer } from '../cluster/answer.js';
import { eventually } from '../cluster/eventually.js';
import { type Scene, suite } from '../suite.js';

const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const NAMESPACES = '/api/v1/namespaces';
const PEOPLE = 'system:cattle:authenticated';
const PROJECT = 'field.cattle.io/projectId';
const CLUSTER = 'c-m-abcd2345';
const DRY = { query: { dryRun: 'All' } } as const;

const rule = (group: string, resource: string, verbs: string, name?: string): JsonObject => ({
  apiGroups: [group],
  resources: [resource],
  verbs: verbs.split(' '),
  ...(name === undefined ? {} : { resourceNames: [name] }),
});
const manages = (project: string): JsonObject => rule('management.cattle.io', 'projects', 'manage-namespaces', project);
const loosens = (project: string): JsonObject => rule('management.cattle.io', 'projects', 'updatepsa', project);

/** What each has beside the right to make and change any namespace. */
const RIGHTS: Readonly<Record<string, readonly JsonObject[]>> = {
  owner: [manages('p-one')],
  both: [manages('p-one'), manages('p-two')],
  boss: [manages('p-one'), loosens('p-one'), rule('', 'namespaces', 'get')],
  nobody: [],
  account: [manages('p-one')],
};

/** The policy that a server puts into its clusters, and people with the rights that it asks for. */
async function projects(scene: Scene): Promise<void> {
  const { unique } = scene;
  for (const [name, rights] of Object.entries(RIGHTS)) {
    const full = `${unique}-${name}`;
    const rules = [...rights, rule('', 'namespaces', 'create update patch'), rule('', 'namespaces/status', 'patch')];
    await made(scene, `${RBAC}/clusterroles`, { metadata: { name: full }, rules });
    await made(scene, `${RBAC}/clusterrolebindings`, {
      metadata: { name: full },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: full },
      subjects: [{ kind: 'User', name: full, apiGroup: 'rbac.authorization.k8s.io' }],
    });
  }
  for (const [name, project] of [
    ['in-one', 'p-one'],
    ['in-two', 'p-two'],
    ['free', undefined],
  ] as const) {
    await made(scene, NAMESPACES, namespace(`${unique}-${name}`, project));
  }
  const { policy, binding } = namespacePolicy(unique, CLUSTER);
  await made(scene, `${ADMISSION}/validatingadmissionpolicies`, policy as unknown as JsonObject);
  await made(scene, `${ADMISSION}/validatingadmissionpolicybindings`, binding as unknown as JsonObject);
  // Policies, and roles, are followed, not obeyed at once.
  await eventually(
    () => as(scene, 'owner').post(NAMESPACES, namespace(`${unique}-new`, 'p-two'), DRY),
    ({ text }) => text.includes('do not manage'),
  );
  await eventually(
    () => as(scene, 'both').post(NAMESPACES, namespace(`${unique}-new`, 'p-two'), DRY),
    ({ status }) => status === 201,
  );
}

async function made({ api, afterwards }: Scene, collection: string, object: JsonObject): Promise<void> {
  const answer = await api.post(collection, object);
  if (answer.status !== 201) throw new Error(answer.text);
  afterwards(`${collection}/${answer.textAt('metadata.name')}`);
}

const namespace = (name: string, project?: string, labels: JsonObject = {}, cluster = CLUSTER): JsonObject => ({
  metadata: {
    name,
    labels,
    ...(project === undefined ? {} : { annotations: { [PROJECT]: `${cluster}:${project}` } }),
  },
});

const as = ({ api, unique }: Scene, name: string) =>
  name === 'account' ? api.as(`${unique}-account`) : api.as(`${unique}-${name}`, PEOPLE);

type Try = (scene: Scene, who: string) => Promise<Answer>;
const make =
  (project?: string, labels?: JsonObject, cluster?: string): Try =>
  (scene, who) =>
    as(scene, who).post(NAMESPACES, namespace(`${scene.unique}-new`, project, labels, cluster), DRY);
const change =
  (name: string, metadata: JsonObject, subresource = ''): Try =>
  (scene, who) =>
    as(scene, who).patch('merge', `${NAMESPACES}/${scene.unique}-${name}${subresource}`, { metadata }, DRY.query);
const move = (name: string, project: string | null, subresource = '', cluster = CLUSTER): Try =>
  change(name, { annotations: { [PROJECT]: project && `${cluster}:${project}` } }, subresource);

const PRIVILEGED = { 'pod-security.kubernetes.io/enforce': 'privileged' };
const NOT_TWO = 'you do not manage the namespaces of the project "p-two"';
const NOT_ONE = 'you do not manage the namespaces of the project "p-one"';
const NOWHERE = 'say in which project it is to be';
const SECURITY = 'you may not change the pod security of this namespace';

/** Who does what, and why that is refused; `undefined` where it is not. */
const ROWS: readonly (readonly [string, string, Try, string | undefined])[] = [
  ['owner', 'makes a namespace in its project', make('p-one'), undefined],
  ['owner', 'makes a namespace in another project', make('p-two'), NOT_TWO],
  ['owner', 'makes a namespace in no project', make(), NOWHERE],
  ['owner', 'makes a namespace in a project of no cluster here', make('p-one', {}, 'c-m-other'), NOWHERE],
  ['boss', 'makes a namespace in no project', make(), undefined],
  ['account', 'of the cluster’s own makes a namespace in no project', make(), undefined],
  ['account', 'of the cluster’s own makes a namespace in another project', make('p-two'), NOT_TWO],
  ['both', 'moves a namespace between projects', move('in-one', 'p-two'), undefined],
  ['owner', 'moves a namespace out of its project into another', move('in-one', 'p-two'), NOT_TWO],
  ['owner', 'moves a namespace of another project into its own', move('in-two', 'p-one'), NOT_TWO],
  ['owner', 'moves a namespace by its status', move('in-one', 'p-two', '/status'), NOT_TWO],
  ['owner', 'takes a namespace, and what its quota counts, out of its project', move('in-one', null), NOWHERE],
  [
    'owner',
    'says that a namespace is in a project of no cluster here',
    move('in-one', 'p-one', '', 'c-m-other'),
    NOWHERE,
  ],
  ['boss', 'takes a namespace out of its project', move('in-one', null), undefined],
  ['account', 'of the cluster’s own takes a namespace out of its project', move('in-one', null), undefined],
  ['owner', 'takes a namespace out of another project', move('in-two', null), NOT_TWO],
  ['owner', 'takes a namespace that is in none into its project', move('free', 'p-one'), undefined],
  ['nobody', 'takes a namespace that is in none into a project', move('free', 'p-one'), NOT_ONE],
  ['nobody', 'changes a namespace otherwise', change('in-one', { labels: { color: 'blue' } }), undefined],
  [
    'owner',
    'changes a share of its project’s quota',
    change('in-one', { annotations: { 'field.cattle.io/resourceQuota': '{"limit":{"pods":"5"}}' } }),
    undefined,
  ],
  [
    'owner',
    'changes a share of another project’s quota',
    change('in-two', { annotations: { 'field.cattle.io/resourceQuota': '{"limit":{"pods":"5"}}' } }),
    NOT_TWO,
  ],
  [
    'nobody',
    'changes what containers get',
    change('in-one', { annotations: { 'field.cattle.io/containerDefaultResourceLimit': '{"limitsCpu":"1"}' } }),
    NOT_ONE,
  ],
  ['boss', 'loosens the pod security', change('in-one', { labels: PRIVILEGED }), undefined],
  ['owner', 'loosens the pod security', change('in-one', { labels: PRIVILEGED }), SECURITY],
  ['owner', 'makes a namespace that is loosened', make('p-one', PRIVILEGED), SECURITY],
  [
    'account',
    'of the cluster’s own loosens the pod security in a project',
    change('in-one', { labels: PRIVILEGED }),
    SECURITY,
  ],
  [
    'account',
    'of the cluster’s own loosens that of a namespace in none',
    change('free', { labels: PRIVILEGED }),
    undefined,
  ],
];

suite('the policy of namespaces in projects', ({ before, promises }) => {
  before(projects, 30_000);

  promises('is what project members are held to', async (scene) => {
    const found = await Promise.all(
      ROWS.map(async ([who, what, attempt, words]) => {
        const { status, outcome, text } = await attempt(scene, who);
        const refused =
          words !== undefined && outcome === '403 Forbidden' && text.includes(JSON.stringify(words).slice(1, -1));
        return [`${who} ${what}`, words === undefined ? (status < 300 ? 'may' : text) : refused ? 'may not' : text];
      }),
    );
    expect(found).toEqual(
      ROWS.map(([who, what, , words]) => [`${who} ${what}`, words === undefined ? 'may' : 'may not']),
    );
  });

  promises('does not hold up an administrator', async (scene) => {
    const { status } = await scene.api.patch(
      'merge',
      `${NAMESPACES}/${scene.unique}-in-one`,
      { metadata: { annotations: { [PROJECT]: `${CLUSTER}:p-two` }, labels: PRIVILEGED } },
      DRY.query,
    );
    expect(status).toBe(200);
  });

  promises('looks at pod security when a namespace comes into a project with it', async (scene) => {
    const free = `${NAMESPACES}/${scene.unique}-free`;
    await scene.api.patch('merge', free, { metadata: { labels: PRIVILEGED } });
    expect((await move('free', 'p-one')(scene, 'owner')).text).toContain(SECURITY);
    expect((await move('free', 'p-one')(scene, 'boss')).status).toBe(200);
  });
});
