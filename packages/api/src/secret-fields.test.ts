import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from './object.js';
import { SECRET_FIELDS, withoutSecrets } from './secret-fields.js';

const MARKER = 'marker-of-a-secret';

/** An object of the kind with a marker at the path. */
function marked({ group, kind }: (typeof SECRET_FIELDS)[number], path: string): Json {
  const apiVersion = group === '' ? 'v1' : `${group}/v1`;
  const value = path
    .split('.')
    .reduceRight<Json>(
      (inner, step) => (step.endsWith('[]') ? { [step.slice(0, -2)]: [inner] } : { [step]: inner }),
      MARKER,
    ) as JsonObject;
  return { apiVersion, kind, metadata: { name: 'kept' }, ...value };
}

describe('without its secrets an object', () => {
  it.each(SECRET_FIELDS.flatMap((kind) => kind.fields.map((path) => [kind.kind, path, kind] as const)))(
    'of the kind %s does not tell %s, also inside a list',
    (_, path, kind) => {
      const object = marked(kind, path);
      for (const document of [object, { apiVersion: 'v1', kind: 'List', items: [object] }]) {
        const text = JSON.stringify(withoutSecrets(document));
        expect(text).not.toContain(MARKER);
        expect(text).toContain('kept');
      }
    },
  );

  it.each([
    ['a change of a password', { currentPassword: MARKER, newPassword: MARKER }],
    ['a sign-in', { username: 'anna', password: MARKER }],
    [
      'what kubectl applied',
      { metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': MARKER } } },
    ],
    ['a patch of a field', [{ op: 'replace', path: '/data/password', value: MARKER }]],
    ['a credential inside another', { harvestercredentialConfig: { kubeconfigContent: MARKER } }],
    ['a list of secrets', { tokens: [MARKER] }],
    ['cloud-init', { userData: MARKER, networkDataBase64: MARKER }],
    ['a bearer in a text', { note: `Bearer kubeconfig-u-abcde:${'b'.repeat(54)}` }],
    ['a private key', { text: `-----BEGIN EC PRIVATE KEY-----\n${MARKER}` }],
    ['a kubeconfig', { config: `users:\n- user:\n    token: ${MARKER}` }],
  ])('that is %s does not tell it', (_, document: Json) => {
    const text = JSON.stringify(withoutSecrets(document));
    expect(text).not.toContain(MARKER);
    expect(text).not.toContain('b'.repeat(54));
  });

  it('keeps what only says where a secret is, and everything else', () => {
    const document = {
      apiVersion: 'v1',
      kind: 'Pod',
      secretName: 'a',
      imagePullSecrets: [],
      tokenExpirationSeconds: 1,
      value: 'b',
      data: { a: 'b' },
    };
    expect(withoutSecrets(document)).toEqual(document);
  });

  it('leaves the one it was made from as it was', () => {
    const document = { apiVersion: 'v1', kind: 'Secret', data: { a: 'b' } };
    withoutSecrets(document);
    expect(document.data).toEqual({ a: 'b' });
  });
});
