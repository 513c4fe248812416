import { isJsonObject } from './json-object.js';
import type { Json, JsonObject } from './object.js';

/** A kind with fields that hold secrets, as dotted paths; `[]` goes into each item of a list. */
export interface SecretFields {
  readonly group: string;
  readonly kind: string;
  /** The resource, with its subresource if it is one. */
  readonly plural: string;
  readonly fields: readonly string[];
}

/**
 * Every field that is there to hold a secret, by kind. Whoever shows objects to others than their API's callers (audit, logs, support
 * bundles) leaves these out; whoever proves that nothing leaks puts markers into them.
 */
export const SECRET_FIELDS: readonly SecretFields[] = [
  { group: '', kind: 'Secret', plural: 'secrets', fields: ['data', 'stringData'] },
  { group: 'authentication.k8s.io', kind: 'TokenRequest', plural: 'serviceaccounts/token', fields: ['status.token'] },
  { group: 'authentication.k8s.io', kind: 'TokenReview', plural: 'tokenreviews', fields: ['spec.token'] },
  { group: 'management.cattle.io', kind: 'Token', plural: 'tokens', fields: ['token'] },
  { group: 'management.cattle.io', kind: 'User', plural: 'users', fields: ['password'] },
  {
    group: 'management.cattle.io',
    kind: 'ClusterRegistrationToken',
    plural: 'clusterregistrationtokens',
    fields: [
      'status.token',
      'status.command',
      'status.insecureCommand',
      'status.nodeCommand',
      'status.insecureNodeCommand',
      'status.windowsNodeCommand',
      'status.insecureWindowsNodeCommand',
      'status.manifestUrl',
    ],
  },
  {
    group: 'management.cattle.io',
    kind: 'AuthConfig',
    plural: 'authconfigs',
    fields: ['clientSecret', 'applicationSecret', 'serviceAccountPassword', 'privateKey', 'spKey'],
  },
  {
    group: 'ext.cattle.io',
    kind: 'Token',
    plural: 'tokens',
    fields: ['status.value', 'status.bearerToken', 'status.hash'],
  },
  { group: 'ext.cattle.io', kind: 'Kubeconfig', plural: 'kubeconfigs', fields: ['status.value'] },
  {
    group: 'ext.cattle.io',
    kind: 'PasswordChangeRequest',
    plural: 'passwordchangerequests',
    fields: ['spec.currentPassword', 'spec.newPassword'],
  },
  // Some settings hold credentials (registries, backup targets, registration URLs): none of their values is told.
  { group: 'harvesterhci.io', kind: 'Setting', plural: 'settings', fields: ['value', 'default'] },
  {
    group: 'kubevirt.io',
    kind: 'VirtualMachine',
    plural: 'virtualmachines',
    fields: [
      'spec.template.spec.volumes[].cloudInitNoCloud',
      'spec.template.spec.volumes[].cloudInitConfigDrive',
      'spec.template.spec.volumes[].sysprep',
    ],
  },
  {
    group: 'kubevirt.io',
    kind: 'VirtualMachineInstance',
    plural: 'virtualmachineinstances',
    fields: ['spec.volumes[].cloudInitNoCloud', 'spec.volumes[].cloudInitConfigDrive', 'spec.volumes[].sysprep'],
  },
];

/** What stands where a secret was. */
export const REDACTED = '[redacted]';

/**
 * Names of fields that hold secrets wherever they are; `…Name`, `…Ref` and the like only say where one is. Bodies of Rancher's own API have
 * no kind that could be looked up.
 */
const SECRET_NAME =
  /(passw(or)?d|passphrase|secret|token|credential|private_?key|api_?key|access_?key|kubeconfig|authorization|cookie|user_?data|network_?data)(s|64|base64|content|value)?$/i;
/** The key of a token, a JSON web token, a private key, a kubeconfig or manifest with a token in it. */
const SECRET_VALUE =
  /:[bcdfghjklmnpqrstvwxz2456789]{54}|\beyJ[\w-]{16}|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----|\btoken: *\S|\/v3\/import\/\S/;
/** What `kubectl apply` keeps of whole objects. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** A copy of `document` in which nothing is left that is a secret by its kind, its field's name, or its own form. */
export function withoutSecrets(document: Json): Json {
  return redacted(document);
}

function redacted(value: Json): Json {
  if (typeof value === 'string') return SECRET_VALUE.test(value) ? REDACTED : value;
  if (Array.isArray(value)) return value.map(redacted);
  if (!isJsonObject(value)) return value;
  const known = fieldsOf(value).reduce<Json>((object, path) => blanked(object, path.split('.')), value);
  const object = Object.fromEntries(
    Object.entries(known as JsonObject).flatMap(([name, field]) =>
      field === undefined ? [] : [[name, isSecretField(name, field) ? REDACTED : redacted(field)]],
    ),
  );
  // A JSON patch names the field beside its value.
  const { path, op } = object;
  const hidden = typeof op === 'string' && typeof path === 'string' && hidesSecret(path);
  return hidden ? { ...object, value: REDACTED } : object;
}

const isSecretField = (name: string, field: Json): boolean =>
  name === LAST_APPLIED ||
  (SECRET_NAME.test(name) && (typeof field === 'string' || Array.isArray(field)) && field.length > 0);

/** Whether a pointer of a patch goes into what may be secret: its own name, or one above it. */
const hidesSecret = (pointer: string): boolean =>
  pointer.split('/').some((name) => SECRET_NAME.test(name) || ['data', 'stringData'].includes(name));

function fieldsOf({ apiVersion, kind }: JsonObject): readonly string[] {
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') return [];
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return SECRET_FIELDS.filter((each) => each.kind === kind && each.group === group).flatMap(({ fields }) => fields);
}

/** A copy in which the word is at the path, if anything is there. */
function blanked(value: Json, [step, ...rest]: readonly string[]): Json {
  if (step === undefined) return REDACTED;
  if (!isJsonObject(value)) return value;
  const name = step.replace(/\[\]$/, '');
  const field = value[name];
  if (field === undefined) return value;
  const inner = name !== step && Array.isArray(field) ? field.map((item) => blanked(item, rest)) : blanked(field, rest);
  return { ...value, [name]: inner };
}
