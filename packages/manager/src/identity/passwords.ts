import { type Secret as SecretObject, secrets } from '@drover/api';
import type { Client } from '@drover/client';
import { createOrUpdate, deleteIfPresent, getIfPresent } from '@drover/controller';
import type { RandomBytes, Secret } from '@drover/kit';
import { Gate } from './gate.js';
import { hashPassword, isPassword, type PasswordHash } from './password.js';

/** Where the hashes are kept, one Secret a user, named as the user's object. */
export const PASSWORD_NAMESPACE = 'cattle-local-user-passwords';
const HASH_ANNOTATION = 'cattle.io/password-hash';
const HASH_FORM = 'pbkdf2sha3512';

/**
 * Derivations run on the process's four worker threads, which disks and name look-ups need too: two at a time, and a flood
 * of sign-ins waits or is turned away.
 */
const PARALLEL = 2;
const WAITING = 32;

/** The local passwords, as hashes in Secrets that only the administrator of the local cluster can read. */
export class Passwords {
  readonly #gate = new Gate(PARALLEL, WAITING);

  constructor(
    readonly client: Client,
    readonly random: RandomBytes,
  ) {}

  async set(user: string, password: Secret): Promise<void> {
    const { annotations, data } = secretFields(await hashPassword(password, this.random));
    const blank: SecretObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: user, namespace: PASSWORD_NAMESPACE },
      type: 'Opaque',
    };
    await createOrUpdate(this.client, secrets, blank, (secret) => {
      secret.metadata.annotations = { ...secret.metadata.annotations, ...annotations };
      secret.data = data;
    });
  }

  /**
   * Whether `password` is that of `user`; `busy` when too many ask. Those who ask, told apart by `party`, take turns. An absent user
   * costs as much as a wrong password.
   */
  async check(user: string | undefined, password: Secret, party: string): Promise<'right' | 'wrong' | 'busy'> {
    const right = await this.#gate.run(party, async () => {
      const hash = await this.#hashOf(user ?? 'no-such-user');
      return (await isPassword(password, hash)) && user !== undefined;
    });
    if (right === undefined) return 'busy';
    return right ? 'right' : 'wrong';
  }

  async forget(user: string): Promise<void> {
    await deleteIfPresent(this.client, secrets, { namespace: PASSWORD_NAMESPACE, name: user });
  }

  async #hashOf(user: string): Promise<PasswordHash | undefined> {
    const secret = await getIfPresent(this.client, secrets, { namespace: PASSWORD_NAMESPACE, name: user });
    const { password, salt } = secret?.data ?? {};
    if (password === undefined || salt === undefined) return undefined;
    if (secret === undefined || !isHashed(secret)) return undefined;
    return { key: Buffer.from(password, 'base64'), salt: Buffer.from(salt, 'base64') };
  }
}

/** What of a Secret keeps a password: its hash, and the word that it is one. */
export function secretFields({ key, salt }: PasswordHash): {
  readonly annotations: Record<string, string>;
  readonly data: Record<string, string>;
} {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return { annotations: { [HASH_ANNOTATION]: HASH_FORM }, data: { password: base64(key), salt: base64(salt) } };
}

/** Whether a Secret holds a hash of the form kept here, and not the plain text that somebody has just written. */
export const isHashed = ({ metadata }: SecretObject): boolean => metadata.annotations?.[HASH_ANNOTATION] === HASH_FORM;
