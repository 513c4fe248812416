import { type Identity, type Kind, type KubeObject, type Stored, secrets } from '@drover/api';
import { type Client, isAllowed } from '@drover/client';

/** A text that only some may ever see. */
export interface Canary {
  /** Where it comes from, for whoever reads of it in a place where it may not be. */
  readonly what: string;
  /** In every form in which it could be written. */
  readonly forms: readonly string[];
  /** Roles that may read it. */
  readonly readers: ReadonlySet<string>;
}

/** Somebody, as a cluster knows them. */
export interface Known {
  readonly role: string;
  readonly user: string;
}

/** A text that nobody may read again, whatever they may do: passwords, keys of tokens. */
export const forNobody = (what: string, text: string): Canary => ({
  what,
  forms: formsOf(text),
  readers: new Set(),
});

/** As it is, in a Secret's data, and in a line of JSON. */
const formsOf = (text: string): readonly string[] => [
  ...new Set([text, base64(text), JSON.stringify(text).slice(1, -1)]),
];
const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

/** What stands in Secrets and is no secret. */
const PUBLIC_KEYS = new Set(['ca.crt', 'namespace', 'url', 'CATTLE_SERVER', 'CATTLE_CA_CHECKSUM']);
/** Shorter texts are found everywhere. */
const MIN_LENGTH = 12;

/** Every value of every Secret of a cluster, for whoever RBAC lets read that Secret there. */
export async function canariesInSecrets(
  cluster: string,
  client: Client,
  everybody: readonly Known[],
): Promise<Canary[]> {
  const canaries: Canary[] = [];
  for (const secret of (await client.list(secrets)).items) {
    const values = Object.entries(secret.data ?? {}).filter(([key]) => !PUBLIC_KEYS.has(key));
    const texts = values
      .map(([key, value]) => [key, Buffer.from(value, 'base64').toString('latin1')] as const)
      .filter(([, text]) => text.length >= MIN_LENGTH);
    if (texts.length === 0) continue;
    const readers = await readersOf(client, secrets, secret, everybody);
    const { namespace, name } = secret.metadata;
    for (const [key, text] of texts)
      canaries.push({ what: `${cluster}: Secret ${namespace}/${name}, ${key}`, forms: formsOf(text), readers });
  }
  return canaries;
}

/** Who may get an object, by RBAC alone. */
export async function readersOf<T extends KubeObject>(
  client: Client,
  { group, plural: resource }: Kind<T>,
  { metadata: { namespace, name } }: Stored<T>,
  everybody: readonly Known[],
): Promise<ReadonlySet<string>> {
  const readers = new Set<string>();
  for (const { role, user } of everybody) {
    const who: Identity = { name: user, groups: ['system:authenticated', 'system:cattle:authenticated'], extra: {} };
    if (await isAllowed(client, who, { resourceAttributes: { verb: 'get', group, resource, namespace, name } }))
      readers.add(role);
  }
  return readers;
}

/** The canaries in a text that `role` may not read; without a role, all that are in it. */
export function found(canaries: readonly Canary[], text: string, role?: string): string[] {
  return canaries
    .filter(
      ({ readers, forms }) => (role === undefined || !readers.has(role)) && forms.some((form) => text.includes(form)),
    )
    .map(({ what }) => what);
}

/** The same with one of each text: whoever may read it in one place may read it anywhere. */
export function together(canaries: readonly Canary[]): Canary[] {
  const byText = new Map<string, Canary>();
  for (const canary of canaries) {
    const [text = ''] = canary.forms;
    const known = byText.get(text);
    byText.set(
      text,
      known === undefined
        ? canary
        : {
            what: `${known.what}; ${canary.what}`,
            forms: [...new Set([...known.forms, ...canary.forms])],
            readers: new Set([...known.readers, ...canary.readers]),
          },
    );
  }
  return [...byText.values()];
}
