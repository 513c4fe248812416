import { describe, expect, it } from 'vitest';
import { ask } from '../testing/ask.js';
import { openTestServer } from '../testing/test-server.js';

const PATH = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const RULE = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
const configuration = (changes: object) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'x' },
  webhooks: [
    {
      name: 'a.example.com',
      clientConfig: { service: { namespace: 'default', name: 'checks' } },
      rules: [RULE],
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      ...changes,
    },
  ],
});

describe('a webhook configuration', () => {
  it('is filled in as Kubernetes does', async () => {
    await using test = await openTestServer();
    const { body } = await ask(test.server, 'POST', PATH, configuration({}));
    expect(body['metadata']).toMatchObject({ generation: 1 });
    expect(body['webhooks']).toMatchObject([
      {
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        reinvocationPolicy: 'Never',
        timeoutSeconds: 10,
        clientConfig: { service: { port: 443 } },
        rules: [{ scope: '*' }],
      },
    ]);
  });

  it.each([
    [
      { name: 'short' },
      'name: Invalid value: "short": should be a domain with at least three segments separated by dots',
    ],
    [{ sideEffects: 'Some' }, 'sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"'],
    [{ timeoutSeconds: 31 }, 'timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds'],
    [{ clientConfig: {} }, 'clientConfig: Required value: exactly one of url or service is required'],
    [
      { clientConfig: { url: 'http://a.io' } },
      'clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
    ],
    [
      { clientConfig: { url: 'https://u@a.io' } },
      'clientConfig.url: Invalid value: "u": user information is not permitted in the URL',
    ],
    [
      { clientConfig: { service: { namespace: 'a', name: 'b', path: '//' } } },
      'clientConfig.service.path: Invalid value: "//": segment[0] may not be empty',
    ],
    [
      { admissionReviewVersions: ['v2'] },
      'admissionReviewVersions: Invalid value: []string{"v2"}: must include at least one of v1, v1beta1',
    ],
    [
      { rules: [{ ...RULE, resources: ['*', 'pods'] }] },
      'rules[0].resources: Invalid value: []string{"*", "pods"}: if \'*\' is present, must not specify other resources without subresources',
    ],
    [
      { rules: [{ ...RULE, resources: ['pods/*', 'pods/status'] }] },
      'rules[0].resources[1]: Invalid value: "pods/status": if \'pods/*\' is present, must not specify pods/status',
    ],
    [{ rules: [{ ...RULE, operations: [] }] }, 'rules[0].operations: Required value'],
  ])('with %j is refused', async (changes, message) => {
    await using test = await openTestServer();
    const { status, body } = await ask(test.server, 'POST', PATH, configuration(changes));
    expect([status, body['message']]).toEqual([
      422,
      `MutatingWebhookConfiguration.admissionregistration.k8s.io "x" is invalid: webhooks[0].${message}`,
    ]);
  });

  it('that names a webhook twice is refused', async () => {
    await using test = await openTestServer();
    const twice = configuration({});
    const webhooks = [...twice.webhooks, ...twice.webhooks];
    const { body } = await ask(test.server, 'POST', PATH, { ...twice, webhooks });
    expect(body['message']).toContain('webhooks[1].name: Duplicate value: "a.example.com"');
  });
});
