import { createLog, systemClock } from '@drover/kit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask } from './testing/ask.js';
import { openTestServer, type TestServer } from './testing/test-server.js';

/** Requests sent; the seed of a failure is printed by the library. */
const RUNS = 1500;
const TIMEOUT_MS = 60_000;

let test: TestServer;
const bugs: string[] = [];
beforeAll(async () => {
  const log = createLog({ write: (line) => bugs.push(line), clock: systemClock, level: 'error' });
  test = await openTestServer({ log });
});
afterAll(() => test[Symbol.asyncDispose]());

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
const root = fc.constantFrom(
  '/api/v1/namespaces/default/pods',
  '/api/v1/namespaces/default/configmaps/kube-root-ca.crt',
  '/api/v1/namespaces/default/services',
  '/api/v1/namespaces/default/serviceaccounts/default/token',
  '/api/v1/namespaces',
  '/apis/apps/v1/namespaces/default/deployments',
  '/apis/apps/v1/namespaces/default/deployments/a/scale',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  '/apis/authorization.k8s.io/v1/subjectaccessreviews',
  '/apis/authentication.k8s.io/v1/tokenreviews',
  '/apis/batch/v1/namespaces/default/jobs',
);
const path = fc.oneof(
  root,
  fc.array(segment, { maxLength: 8 }).map((segments) => `/${segments.map(encodeURI).join('/')}`),
);
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
  { maxKeys: 3 },
);
/** Objects that are nearly right: the fields that hooks look into, with anything in them. */
const almost = fc.record(
  {
    apiVersion: fc.constantFrom(
      'v1',
      'apps/v1',
      'rbac.authorization.k8s.io/v1',
      'apiextensions.k8s.io/v1',
      'batch/v1',
      'authorization.k8s.io/v1',
    ),
    kind: fc.constantFrom(
      'Pod',
      'ConfigMap',
      'Deployment',
      'ClusterRole',
      'ClusterRoleBinding',
      'CustomResourceDefinition',
      'Job',
      'Service',
      'Scale',
      'SubjectAccessReview',
      'DeleteOptions',
    ),
    metadata: fc.oneof(fc.record({ name: fc.constantFrom('a', 'b', 'a.b.io', '') }), fc.jsonValue({ maxDepth: 2 })),
    spec: fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.dictionary(
        fc.constantFrom(
          'template',
          'containers',
          'selector',
          'ports',
          'names',
          'versions',
          'group',
          'replicas',
          'token',
          'user',
          'finalizers',
          'conversion',
          'resourceAttributes',
        ),
        fc.jsonValue({ maxDepth: 3 }),
      ),
    ),
    rules: fc.jsonValue({ maxDepth: 2 }),
    subjects: fc.jsonValue({ maxDepth: 2 }),
    roleRef: fc.jsonValue({ maxDepth: 1 }),
    data: fc.jsonValue({ maxDepth: 1 }),
    status: fc.jsonValue({ maxDepth: 2 }),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  fc.constant(undefined),
  almost.map((value) => JSON.stringify(value)),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.string(),
);
const headers = fc.record(
  {
    'content-type': fc.constantFrom(
      'application/json',
      'application/yaml',
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/strategic-merge-patch+json',
      'application/apply-patch+yaml',
      'application/vnd.kubernetes.protobuf',
      'text/plain',
    ),
    accept: fc.constantFrom(
      '*/*',
      'application/json;as=Table;v=v1;g=meta.k8s.io',
      'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
      'application/cbor',
      ';;q=',
      'application/json;q=0.1',
    ),
    'content-encoding': fc.constantFrom('gzip', 'identity', 'br'),
    'impersonate-user': fc.constantFrom('a', '', 'system:serviceaccount:a:b'),
  },
  { requiredKeys: [] },
);

it(
  'whatever is sent is answered, and no answer is a bug of ours',
  async () => {
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS');
    await fc.assert(
      fc.asyncProperty(method, path, query, body, headers, async (verb, at, parameters, text, sent) => {
        const url = `${at}?${new URLSearchParams(parameters).toString()}`;
        const { status } = await ask(test.server, verb, url, text, { headers: sent });
        expect(bugs).toEqual([]);
        expect(status).not.toBe(500);
      }),
      { numRuns: RUNS },
    );
  },
  TIMEOUT_MS,
);
