import { createLog, systemClock } from '@drover/kit';
import fc, { type Arbitrary } from 'fast-check';
import { ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';
import { type Subject, subject } from './subject.js';

/** Requests after which a new server takes over: what they store is meant to stay, and is no growth. */
const REQUESTS = 2000;

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly text: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

const segment = fc.oneof(
  fc.constantFrom(
    'api',
    'apis',
    'v1',
    'apps',
    'namespaces',
    'default',
    'pods',
    'deployments',
    'status',
    'scale',
    'a',
    '..',
    '%2f',
    '',
    'openapi',
  ),
  fc.constantFrom(
    'configmaps',
    'customresourcedefinitions',
    'apiextensions.k8s.io',
    'rbac.authorization.k8s.io',
    'roles',
    'rolebindings',
    'secrets',
  ),
  fc.constantFrom(
    'services',
    'serviceaccounts',
    'token',
    'subjectaccessreviews',
    'authorization.k8s.io',
    'jobs',
    'batch',
    'kube-root-ca.crt',
  ),
  fc.string({ maxLength: 8 }),
);
/** Collections, and what their objects say they are. */
const KINDS = [
  ['/api/v1/namespaces/default/pods', 'v1', 'Pod'],
  ['/api/v1/namespaces/default/configmaps', 'v1', 'ConfigMap'],
  ['/api/v1/namespaces/default/secrets', 'v1', 'Secret'],
  ['/api/v1/namespaces/default/services', 'v1', 'Service'],
  ['/api/v1/namespaces/default/persistentvolumeclaims', 'v1', 'PersistentVolumeClaim'],
  ['/api/v1/namespaces/default/serviceaccounts', 'v1', 'ServiceAccount'],
  ['/api/v1/namespaces', 'v1', 'Namespace'],
  ['/apis/apps/v1/namespaces/default/deployments', 'apps/v1', 'Deployment'],
  ['/apis/apps/v1/namespaces/default/statefulsets', 'apps/v1', 'StatefulSet'],
  ['/apis/batch/v1/namespaces/default/jobs', 'batch/v1', 'Job'],
  ['/apis/batch/v1/namespaces/default/cronjobs', 'batch/v1', 'CronJob'],
  ['/apis/apiextensions.k8s.io/v1/customresourcedefinitions', 'apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  ['/apis/rbac.authorization.k8s.io/v1/clusterroles', 'rbac.authorization.k8s.io/v1', 'ClusterRole'],
  ['/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', 'rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
  ['/apis/authorization.k8s.io/v1/subjectaccessreviews', 'authorization.k8s.io/v1', 'SubjectAccessReview'],
  ['/apis/authentication.k8s.io/v1/tokenreviews', 'authentication.k8s.io/v1', 'TokenReview'],
] as const;
const place = fc.constantFrom('', '', '/a', '/a', '/b', '/a/status', '/a/scale', '/default/token', '/a/finalize');
const wild = fc.array(segment, { maxLength: 8 }).map((segments) => `/${segments.map(encodeURI).join('/')}`);
const query = fc.dictionary(
  fc.constantFrom(
    'limit',
    'continue',
    'resourceVersion',
    'resourceVersionMatch',
    'labelSelector',
    'fieldSelector',
    'dryRun',
    'fieldManager',
    'fieldValidation',
    'force',
    'pretty',
    'propagationPolicy',
    'gracePeriodSeconds',
    'includeObject',
  ),
  fc.oneof(
    fc.constantFrom(
      '0',
      '1',
      'All',
      'Exact',
      'a=b',
      'x in (',
      'metadata.name=a',
      'true',
      'Strict',
      '-1',
      '99999999999999999999',
    ),
    fc.string({ maxLength: 12 }),
  ),
  { maxKeys: 2 },
);
/** Fields that hooks look into, with anything in them. */
const anything = fc.jsonValue({ maxDepth: 3 });
const fields = fc.constantFrom(
  'template',
  'containers',
  'initContainers',
  'selector',
  'ports',
  'names',
  'versions',
  'group',
  'scope',
  'replicas',
  'token',
  'user',
  'finalizers',
  'conversion',
  'resourceAttributes',
  'storageClassName',
  'volumes',
  'strategy',
  'type',
  'jobTemplate',
  'data',
  'stringData',
);
const nested = fc.dictionary(fields, fc.oneof(anything, fc.dictionary(fields, anything, { maxKeys: 3 })), {
  maxKeys: 5,
});
const metadata = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      { name: 'a' },
      { name: 'b' },
      { generateName: 'x-' },
      { name: 'a', finalizers: ['x.io/y'] },
    ),
  },
  { weight: 1, arbitrary: anything },
);
const parts = fc.record(
  {
    spec: fc.oneof(nested, anything),
    rules: anything,
    subjects: anything,
    roleRef: anything,
    data: anything,
    status: anything,
  },
  { requiredKeys: [] },
);
const operations = fc.array(
  fc.record(
    {
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
      path: fc.constantFrom('/spec', '/metadata/name', '/metadata', '', '/data/a', '/x/-', '/~2'),
      from: fc.constantFrom('/spec', '/metadata'),
      value: anything,
    },
    { requiredKeys: ['op', 'path'] },
  ),
  { maxLength: 3 },
);

/** A request that is nearly right: its object is of the path's kind, more often than not. */
const likely = fc
  .tuple(fc.constantFrom(...KINDS), place, metadata, parts, fc.boolean())
  .map(([[collection, apiVersion, kind], suffix, meta, rest, whole]) => ({
    path: `${collection}${suffix}`,
    text: JSON.stringify(whole ? { apiVersion, kind, metadata: meta, ...rest } : rest),
  }));
const target = fc.oneof(
  { weight: 8, arbitrary: likely },
  {
    weight: 1,
    arbitrary: fc.record({
      path: likely.map(({ path }) => path),
      text: operations.map((list) => JSON.stringify(list)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ path: wild, text: fc.oneof(fc.constant(undefined), fc.string()) }) },
);
const seldom = (name: string, ...values: string[]) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constantFrom(...values).map((value) => ({ [name]: value })) },
  );
const headers = fc
  .tuple(
    fc.constantFrom(
      'application/json',
      'application/json',
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/strategic-merge-patch+json',
      'application/apply-patch+yaml',
    ),
    seldom('content-type', 'application/yaml', 'application/vnd.kubernetes.protobuf', 'text/plain'),
    seldom(
      'accept',
      'application/json;as=Table;v=v1;g=meta.k8s.io',
      'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
      'application/cbor',
      ';;q=',
    ),
    seldom('content-encoding', 'gzip', 'identity', 'br'),
    seldom('impersonate-user', 'a', '', 'system:serviceaccount:a:b'),
  )
  .map(([type, ...rest]): Record<string, string> => Object.assign({ 'content-type': type }, ...rest));

const sent: Arbitrary<Sent> = fc
  .tuple(fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'), target, query, headers)
  .map(([method, { path, text }, parameters, given]) => ({
    method,
    url: `${path}?${new URLSearchParams(parameters).toString()}`,
    text,
    headers: given,
  }));

/** A whole server: whatever is sent is answered, and no answer is a bug of ours. */
export class RequestSubject implements AsyncDisposable {
  #test: TestServer | undefined;
  #left = 0;
  readonly #bugs: string[] = [];

  readonly subject: Subject = subject({
    name: 'requests',
    inputs: sent,
    ready: () => this.#open(),
    feed: (one) => this.#feed(one),
  });

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#test?.[Symbol.asyncDispose]();
  }

  async #feed({ method, url, text, headers: given }: Sent): Promise<void> {
    if (this.#test === undefined) throw new Error('no server is open');
    const { body } = await ask(this.#test.server, method, url, text, { headers: given });
    const [bug] = this.#bugs;
    if (bug !== undefined) throw new Error(`the log tells of a bug: ${bug}`);
    if (String(body['reason']) === 'InternalError') throw new Error(`answered with ${String(body['message'])}`);
  }

  async #open(): Promise<void> {
    this.#left -= 1;
    if (this.#left > 0) return;
    await this.#test?.[Symbol.asyncDispose]();
    // A refusal of code 500, in Kubernetes' own words, is told as a request that failed; a bug says so itself.
    const write = (line: string): void => {
      if (!line.includes('"message":"request failed"')) this.#bugs.push(line);
    };
    const log = createLog({ write, clock: systemClock, level: 'error' });
    this.#test = await openTestServer({ log });
    this.#left = REQUESTS;
  }
}
