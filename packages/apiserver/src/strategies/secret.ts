import { invalidTyped, type KubeObject, required, type StatusCause } from '@drover/api';
import type { Strategy } from '../catalog/strategy.js';
import { absent, type Fields, fieldsOf, loose } from './absent.js';
import { plain } from './plain.js';

/** Bytes of all values of one Secret or ConfigMap together (core v1 MaxSecretSize). */
const DATA_BYTES = 1024 * 1024;
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;
const SERVICE_ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';
const ACCOUNT_ANNOTATION = 'kubernetes.io/service-account.name';

/** Keys that a type promises to those who read it (core v1 SecretType). */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

const BASIC_AUTH = 'kubernetes.io/basic-auth';
/** Types whose one value is a document. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
  'kubernetes.io/dockercfg': '.dockercfg',
};

/** Secrets take plain text in `stringData`, which is only ever written. */
export const secret: Strategy = {
  ...plain,
  fill: (object) => {
    const fields = loose(object);
    absent(fields, 'type', 'Opaque');
    const texts = fieldsOf(fields['stringData']);
    delete fields['stringData'];
    if (texts === undefined) return;
    const encoded = Object.entries(texts).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')]);
    fields['data'] = { ...fieldsOf(fields['data']), ...Object.fromEntries(encoded) };
  },
  validate: (object, old) => [
    ...dataCauses(object, (value) => Buffer.byteLength(String(value), 'base64')),
    ...base64Causes(object),
    ...typeCauses(object, old),
    ...immutableCauses(object, old, ['data']),
  ],
};

/** ConfigMaps may be frozen, like Secrets. */
export const configMap: Strategy = {
  ...plain,
  validate: (object, old) => [
    ...dataCauses(object, (value) => Buffer.byteLength(String(value))),
    ...doubleCauses(object),
    ...immutableCauses(object, old, ['data', 'binaryData']),
  ],
};

function doubleCauses(object: KubeObject): StatusCause[] {
  const [texts, bytes] = [fieldsOf(loose(object)['data']) ?? {}, fieldsOf(loose(object)['binaryData']) ?? {}];
  return Object.keys(texts)
    .filter((key) => Object.hasOwn(bytes, key))
    .map((key) => invalidTyped(`data[${key}]`, key, 'duplicate of key present in binaryData'));
}

function dataCauses(object: KubeObject, size: (value: unknown) => number): StatusCause[] {
  const fields = loose(object);
  const causes: StatusCause[] = [];
  let total = 0;
  for (const field of ['data', 'binaryData']) {
    for (const [key, value] of Object.entries(fieldsOf(fields[field]) ?? {})) {
      total += size(value);
      const wrong = wrongKey(key);
      if (wrong !== undefined) causes.push(invalidTyped(`${field}[${key}]`, key, wrong));
    }
  }
  if (total > DATA_BYTES) {
    causes.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${DATA_BYTES} bytes`,
      field: 'data',
    });
  }
  return causes;
}

/** What is wrong with a key, which is to be the name of a file (apimachinery IsConfigMapKey). */
function wrongKey(key: string): string | undefined {
  if (key === '.') return "must not be '.'";
  if (key.startsWith('..')) return "must not start with '..'";
  if (KEY.test(key)) return undefined;
  return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
}

function base64Causes(object: KubeObject): StatusCause[] {
  const data = fieldsOf(loose(object)['data']) ?? {};
  return Object.entries(data).flatMap(([key, value]) => {
    if (typeof value !== 'string' || /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value))
      return [];
    return [{ reason: 'FieldValueInvalid', message: 'Invalid value: not valid base64', field: `data[${key}]` }];
  });
}

function typeCauses(object: KubeObject, old: KubeObject | undefined): StatusCause[] {
  const type = String(loose(object)['type']);
  if (old !== undefined && loose(old)['type'] !== type) {
    return [{ reason: 'FieldValueInvalid', message: `Invalid value: "${type}": field is immutable`, field: 'type' }];
  }
  const { annotations = {} } = object.metadata;
  if (type === SERVICE_ACCOUNT_TOKEN && (annotations[ACCOUNT_ANNOTATION] ?? '') === '') {
    return [
      { reason: 'FieldValueRequired', message: 'Required value', field: `metadata.annotations[${ACCOUNT_ANNOTATION}]` },
    ];
  }
  const data = fieldsOf(loose(object)['data']) ?? {};
  const missing = (REQUIRED_KEYS[type] ?? []).filter((key) => data[key] === undefined);
  // One of the two is enough.
  const unnamed = type === BASIC_AUTH && data['username'] === undefined && data['password'] === undefined;
  return [
    ...[...missing, ...(unnamed ? ['username', 'password'] : [])].map((key) => required(`data[${key}]`)),
    ...documentCauses(type, data),
  ];
}

/** Configuration of registries is JSON. What is wrong with it is told without it. */
function documentCauses(type: string, data: Fields): StatusCause[] {
  const key = DOCUMENTS[type];
  const value = key === undefined ? undefined : data[key];
  if (key === undefined || typeof value !== 'string') return [];
  try {
    JSON.parse(Buffer.from(value, 'base64').toString());
    return [];
  } catch {
    return [invalidTyped(`data[${key}]`, '<secret contents redacted>', 'it is no JSON')];
  }
}

function immutableCauses(object: KubeObject, old: KubeObject | undefined, frozen: readonly string[]): StatusCause[] {
  const [now, before] = [loose(object), loose(old) ?? {}];
  if (before['immutable'] !== true) return [];
  const message = 'Forbidden: field is immutable when `immutable` is set';
  return [...frozen, 'immutable']
    .filter((field) => JSON.stringify(now[field] ?? null) !== JSON.stringify(before[field] ?? null))
    .map((field) => ({ reason: 'FieldValueForbidden', message, field }));
}
