import { type Deployment, decodeYamlDocuments, type KubeObject } from '@drover/api';
import { describe, expect, it } from 'vitest';
import type { ClusterId } from './cluster-id.js';
import { caChecksum, imageFrom, importManifest, type ManifestFacts } from './manifest.js';

const facts: ManifestFacts = {
  cluster: 'c-m-abcd2345' as ClusterId,
  token: 'bcdfghjklmnpqrstvwxz2456789bcdfghjklmnpqrstvwxz2456789',
  serverUrl: 'https://drover.example:8443',
  caPem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  agentImage: 'drover:v0.1.0',
  registry: '',
  serverVersion: 'v0.1.0',
  installUuid: '11111111-2222-3333-4444-555555555555',
  strict: true,
  agentEnvVars: [],
};
/** As Kubernetes' own tools read it: YAML 1.1. */
const documentsOf = (given: Partial<ManifestFacts>): KubeObject[] =>
  decodeYamlDocuments(importManifest({ ...facts, ...given })) as KubeObject[];
const environmentOf = (given: Partial<ManifestFacts>): { name: string; value?: string }[] => {
  const deployment = documentsOf(given).find((object): object is Deployment => object.kind === 'Deployment');
  return deployment?.spec?.template.spec?.containers[0]?.env ?? [];
};

describe('the import manifest', () => {
  it('is the reviewed document', async () => {
    await expect(importManifest(facts)).toMatchFileSnapshot(
      new URL('../../testdata/import-manifest.yaml', import.meta.url).pathname,
    );
  });

  it('has the objects that Harvester and Rancher know by name, in their order', () => {
    expect(documentsOf({}).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'ClusterRole proxy-clusterrole-kubeapiserver',
      'ClusterRoleBinding proxy-role-binding-kubernetes-master',
      'Namespace cattle-system',
      'ServiceAccount cattle',
      'ClusterRoleBinding cattle-admin-binding',
      expect.stringMatching(/^Secret cattle-credentials-[0-9a-f]{10}$/),
      'ClusterRole cattle-admin',
      'Deployment cattle-cluster-agent',
      'Service cattle-cluster-agent',
    ]);
  });

  it('passes on the variables of the user after the server’s own, and lets STRICT_VERIFY be theirs', () => {
    const environment = environmentOf({
      agentEnvVars: [
        { name: 'HTTPS_PROXY', value: 'http://p' },
        { name: 'STRICT_VERIFY', value: 'false' },
      ],
    });
    expect(environment.slice(-2)).toEqual([
      { name: 'HTTPS_PROXY', value: 'http://p' },
      { name: 'STRICT_VERIFY', value: 'false' },
    ]);
    expect(environment.filter(({ name }) => name === 'STRICT_VERIFY')).toHaveLength(1);
  });

  it.each([
    'a: b\n---\nkind: Evil',
    '"; - {',
    "' # x",
    '*alias',
    '&anchor',
    '!!js/function x',
    '| \n y',
    '\u2028',
    'yes',
    'off',
    '0755',
    '1_000',
    '1:30',
    '~',
    '<<',
    '=',
    '2030-01-01',
  ])('carries %j as a value, never as YAML', (value) => {
    expect(environmentOf({ agentEnvVars: [{ name: 'X', value }] })).toContainEqual({ name: 'X', value });
    expect(documentsOf({ agentEnvVars: [{ name: 'X', value }] })).toHaveLength(9);
  });

  it('has no checksum, and does not ask for strictness, when the certificate is publicly trusted', () => {
    const environment = environmentOf({ caPem: '' });
    expect(environment).toContainEqual({ name: 'CATTLE_CA_CHECKSUM', value: '' });
    expect(environment).toContainEqual({ name: 'STRICT_VERIFY', value: 'false' });
  });
});

it('the checksum of an authority does not depend on the line ends after it', () => {
  expect(caChecksum('PEM')).toBe(caChecksum('PEM\n\n'));
  expect(caChecksum('PEM')).toBe('a0278171ab77da84cdf84cc11c10e4d8923a3aadc855775d8aae2b6a9333415e');
});

describe('the agent’s image', () => {
  it.each([
    ['', 'drover:v1', 'drover:v1'],
    ['registry.local:5000', 'drover:v1', 'registry.local:5000/rancher/drover:v1'],
    ['https://registry.local/', 'rancher/rancher-agent:v2', 'registry.local/rancher/rancher-agent:v2'],
    ['registry.local', 'quay.example/team/agent:v1', 'quay.example/team/agent:v1'],
    ['registry.local', 'localhost/agent:v1', 'localhost/agent:v1'],
  ])('behind the registry %j, %s is %s', (registry, image, expected) =>
    expect(imageFrom(registry, image)).toBe(expected),
  );
});
