import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { join } from 'node:path';
import { type Identity, unauthorized } from '@drover/api';
import type { Clock, RandomBytes } from '@drover/kit';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { privateFile } from '../bootstrap/private-file.js';
import type { ObjectReader } from '../catalog/strategy.js';
import { newUid } from '../registry/metadata.js';
import { AUTHENTICATED, serviceAccountGroups, serviceAccountUser } from './identity.js';

/** `iss` of bound tokens, and the audience that means this API. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local';
/** `iss` of the tokens in Secrets, which carry no audience and do not expire. */
const LEGACY_ISSUER = 'kubernetes/serviceaccount';
/** Clocks of those who were given a token may be a little ahead. */
const LEEWAY_S = 10;
/** Verified signatures that are remembered; the longest unused go first. */
const REMEMBERED = 4096;
const TOKEN_BYTES = 16 * 1024;

/** What a bound token says. */
export interface TokenClaims {
  readonly namespace: string;
  readonly account: { readonly name: string; readonly uid: string };
  readonly audiences: readonly string[];
  readonly expires: number;
  /** The object whose end is the token's end. */
  readonly boundTo?:
    | { readonly kind: 'Pod' | 'Secret' | 'Node'; readonly name: string; readonly uid: string }
    | undefined;
}

/** Who a token is, and which of the asked audiences it is for. */
export interface TokenIdentity {
  readonly identity: Identity;
  readonly audiences: readonly string[];
}

/**
 * Issues and verifies service-account tokens: JWTs signed with the data directory's key (ES256). A signature is verified once;
 * that the account, and what the token is bound to, still exist is asked each time.
 */
export class ServiceAccountTokens {
  readonly #verified = new Map<string, Payload>();
  readonly #publicKey: KeyObject;

  private constructor(
    readonly key: KeyObject,
    readonly publicJwk: JWK,
    readonly objects: ObjectReader,
    readonly clock: Clock,
    readonly random: RandomBytes,
  ) {
    this.#publicKey = createPublicKey(key);
  }

  /** Tokens signed with the key kept in `dataDir`, made on the first call. */
  static async open(
    dataDir: string,
    objects: ObjectReader,
    clock: Clock,
    random: RandomBytes,
  ): Promise<ServiceAccountTokens> {
    const pem = await privateFile(join(dataDir, 'service-account.key'), async () => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    });
    const key = createPrivateKey(pem);
    const { kty, crv, x, y } = createPublicKey(key).export({ format: 'jwk' }) as {
      kty: string;
      crv: string;
      x: string;
      y: string;
    };
    const kid = await calculateJwkThumbprint({ kty, crv, x, y });
    const jwk: JWK = { use: 'sig', kty, kid, alg: 'ES256', crv, x, y };
    return new ServiceAccountTokens(key, jwk, objects, clock, random);
  }

  /** A token bound to an account, and to a pod or secret when given (TokenRequest). */
  issue({ namespace, account, audiences, expires, boundTo }: TokenClaims): string {
    const now = Math.floor(this.clock.now() / 1000);
    return this.#sign({
      aud: audiences,
      exp: expires,
      iat: now,
      nbf: now,
      iss: ISSUER,
      jti: newUid(this.random),
      sub: serviceAccountUser(namespace, account.name),
      'kubernetes.io': {
        namespace,
        serviceaccount: account,
        ...(boundTo === undefined ? {} : { [boundTo.kind.toLowerCase()]: { name: boundTo.name, uid: boundTo.uid } }),
      },
    });
  }

  /** The token of a Secret of type kubernetes.io/service-account-token: good while the Secret holds it. */
  issueForSecret(namespace: string, account: TokenClaims['account'], secret: string): string {
    const prefix = 'kubernetes.io/serviceaccount';
    return this.#sign({
      iss: LEGACY_ISSUER,
      sub: serviceAccountUser(namespace, account.name),
      [`${prefix}/namespace`]: namespace,
      [`${prefix}/secret.name`]: secret,
      [`${prefix}/service-account.name`]: account.name,
      [`${prefix}/service-account.uid`]: account.uid,
    });
  }

  /**
   * Who the token is; `undefined` when it is none of ours (another authenticator may know it).
   *
   * @throws ApiError Unauthorized for a token of ours that does not hold, or is for none of `audiences`.
   */
  authenticate(token: string, audiences: readonly string[] = [ISSUER]): TokenIdentity | undefined {
    const payload = this.#payload(token);
    if (payload === undefined) return undefined;
    if (payload.iss === LEGACY_ISSUER) return this.#legacy(token, payload, audiences);
    const now = Math.floor(this.clock.now() / 1000);
    const { aud, exp, nbf, jti } = payload;
    const bound = payload['kubernetes.io'] as BoundClaims | undefined;
    if (typeof exp !== 'number' || exp <= now - LEEWAY_S) throw unauthorized('the token has expired');
    if (typeof nbf === 'number' && nbf > now + LEEWAY_S) throw unauthorized('the token is not valid yet');
    const granted = audiences.filter((audience) => (Array.isArray(aud) ? aud : [aud]).includes(audience));
    if (granted.length === 0) throw unauthorized('the token is for another audience');
    if (bound === undefined) throw unauthorized('the token names no service account');
    const { namespace, serviceaccount, pod, secret, node } = bound;
    this.#requireSame('serviceaccounts', namespace, serviceaccount);
    if (pod) this.#requireSame('pods', namespace, pod);
    if (secret) this.#requireSame('secrets', namespace, secret);
    const extra: Record<string, string[]> = {};
    const note = (key: string, value: string): void => {
      extra[`authentication.kubernetes.io/${key}`] = [value];
    };
    if (typeof jti === 'string') note('credential-id', `JTI=${jti}`);
    if (pod) {
      note('pod-name', pod.name);
      note('pod-uid', pod.uid);
    }
    if (node) note('node-name', node.name);
    return { identity: accountIdentity(namespace, serviceaccount, extra), audiences: granted };
  }

  #legacy(token: string, payload: Payload, audiences: readonly string[]): TokenIdentity {
    const claim = (name: string): string => {
      const value = payload[`kubernetes.io/serviceaccount/${name}`];
      return typeof value === 'string' ? value : '';
    };
    const namespace = claim('namespace');
    const account = { name: claim('service-account.name'), uid: claim('service-account.uid') };
    this.#requireSame('serviceaccounts', namespace, account);
    const secret = this.objects.get({ group: '', plural: 'secrets' }, { namespace, name: claim('secret.name') });
    const { data } = (secret ?? {}) as { data?: Record<string, string> };
    if (secret?.metadata.deletionTimestamp !== undefined || data?.['token'] === undefined)
      throw unauthorized('the token has been revoked');
    if (Buffer.from(data['token'], 'base64').toString() !== token) throw unauthorized('the token has been revoked');
    if (!audiences.includes(ISSUER)) throw unauthorized('the token is for another audience');
    return { identity: accountIdentity(namespace, account, {}), audiences: [ISSUER] };
  }

  #requireSame(
    plural: string,
    namespace: string,
    { name, uid }: { readonly name: string; readonly uid: string },
  ): void {
    const found = this.objects.get({ group: '', plural }, { namespace, name });
    const gone = found === undefined || found.metadata.uid !== uid;
    if (gone) throw unauthorized(`the token's ${plural.slice(0, -1)} ${namespace}/${name} is gone`);
  }

  #payload(token: string): Payload | undefined {
    if (token.length > TOKEN_BYTES) return undefined;
    const digest = createHash('sha256').update(token).digest('base64');
    const known = this.#verified.get(digest);
    if (known !== undefined) {
      this.#verified.delete(digest);
      this.#verified.set(digest, known);
      return known;
    }
    const payload = this.#verify(token);
    if (payload === undefined) return undefined;
    this.#verified.set(digest, payload);
    for (const oldest of this.#verified.keys()) {
      if (this.#verified.size <= REMEMBERED) break;
      this.#verified.delete(oldest);
    }
    return payload;
  }

  #sign(payload: object): string {
    const head = encode({ alg: 'ES256', kid: this.publicJwk.kid });
    const signed = `${head}.${encode(payload)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: this.key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  #verify(token: string): Payload | undefined {
    const parts = token.split('.');
    const [head, payload, signature] = parts;
    if (parts.length !== 3 || head === undefined || payload === undefined || signature === undefined) return undefined;
    const { alg, kid } = decode(head) ?? {};
    // The algorithm is ours to say, not the token's.
    if (alg !== 'ES256' || kid !== this.publicJwk.kid) return undefined;
    const key = { key: this.#publicKey, dsaEncoding: 'ieee-p1363' as const };
    const good = verify('sha256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'));
    if (!good) throw unauthorized('the token is not signed by this server');
    return decode(payload);
  }
}

type Payload = Readonly<Record<string, unknown>>;

interface BoundClaims {
  readonly namespace: string;
  readonly serviceaccount: { readonly name: string; readonly uid: string };
  readonly pod?: { readonly name: string; readonly uid: string };
  readonly secret?: { readonly name: string; readonly uid: string };
  readonly node?: { readonly name: string; readonly uid: string };
}

function accountIdentity(namespace: string, { name, uid }: TokenClaims['account'], extra: Identity['extra']): Identity {
  const groups = [...serviceAccountGroups(namespace), AUTHENTICATED];
  return { name: serviceAccountUser(namespace, name), uid, groups, extra };
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

function decode(part: string): Payload | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Payload) : undefined;
  } catch {
    return undefined;
  }
}
