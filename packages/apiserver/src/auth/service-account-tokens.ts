import type { Identity, KubeObject } from '@drover/api';
import type { Clock, RandomBytes } from '@drover/kit';
import type { JWK } from 'jose';
import type { ObjectReader } from '../catalog/strategy.js';
import { newUid } from '../registry/metadata.js';
import { AUTHENTICATED, serviceAccountGroups, serviceAccountUser } from './identity.js';
import { type Payload, SigningKeys } from './signing-keys.js';
import { TokenRefused } from './token-refused.js';

/** `iss` of bound tokens, and the audience that means this API. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local';
/** `iss` of the tokens in Secrets, which carry no audience and do not expire. */
const LEGACY_ISSUER = 'kubernetes/serviceaccount';
const ISSUERS = [ISSUER, LEGACY_ISSUER];
/** Seconds that clocks may differ by, and that what a token is bound to may be going (kube-apiserver's leeway). */
const LEEWAY_S = 60;
/** On a Secret with a token that is not to be taken any more: since when. */
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';

/** An object as a token names it; a node may be known by its name only. */
export interface BoundObject {
  readonly name: string;
  readonly uid?: string | undefined;
}

/** What a bound token says. Times are in seconds since the epoch. */
export interface TokenClaims {
  readonly namespace: string;
  readonly account: { readonly name: string; readonly uid: string };
  readonly audiences: readonly string[];
  readonly expires: number;
  /** From then on its bearer should have fetched another one. */
  readonly warnAfter?: number | undefined;
  /** The object whose end is the token's end; beside a pod, the node it runs on, which is told only. */
  readonly bound?: Readonly<Partial<Record<'pod' | 'secret' | 'node', BoundObject>>>;
}

/** Who a token is, and which of the asked audiences it is for. */
export interface TokenIdentity {
  readonly identity: Identity;
  readonly audiences: readonly string[];
}

/** A token's Secret that has been used. */
export interface UsedSecret {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Issues and verifies service-account tokens. That the account, and what a token is bound to, are still there is asked each time.
 * What refusals say is kube-apiserver's text (pkg/serviceaccount), which TokenReviews show.
 */
export class ServiceAccountTokens {
  readonly #listeners = new Set<(secret: UsedSecret) => void>();

  private constructor(
    readonly keys: SigningKeys,
    readonly objects: ObjectReader,
    readonly clock: Clock,
    readonly random: RandomBytes,
  ) {}

  /** Tokens signed with the keys kept in `dataDir`. */
  static async open(
    dataDir: string,
    objects: ObjectReader,
    clock: Clock,
    random: RandomBytes,
  ): Promise<ServiceAccountTokens> {
    return new ServiceAccountTokens(await SigningKeys.open(dataDir), objects, clock, random);
  }

  /** The public keys, for who verifies tokens elsewhere. */
  get jwks(): readonly JWK[] {
    return this.keys.jwks;
  }

  /** Calls `listener` with each use of a token of a Secret. */
  onSecretUsed(listener: (secret: UsedSecret) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** A token bound to an account, and to a pod, secret or node when given (TokenRequest). */
  issue({ namespace, account, audiences, expires, warnAfter, bound = {} }: TokenClaims): string {
    const now = Math.floor(this.clock.now() / 1000);
    return this.keys.sign({
      aud: audiences,
      exp: expires,
      iat: now,
      iss: ISSUER,
      jti: newUid(this.random),
      'kubernetes.io': {
        namespace,
        ...bound,
        serviceaccount: account,
        ...(warnAfter === undefined ? {} : { warnafter: warnAfter }),
      },
      nbf: now,
      sub: serviceAccountUser(namespace, account.name),
    });
  }

  /** The token of a Secret of type kubernetes.io/service-account-token: good while the Secret holds it. */
  issueForSecret(namespace: string, account: TokenClaims['account'], secret: string): string {
    const prefix = 'kubernetes.io/serviceaccount';
    return this.keys.sign({
      iss: LEGACY_ISSUER,
      [`${prefix}/namespace`]: namespace,
      [`${prefix}/secret.name`]: secret,
      [`${prefix}/service-account.name`]: account.name,
      [`${prefix}/service-account.uid`]: account.uid,
      sub: serviceAccountUser(namespace, account.name),
    });
  }

  /**
   * Who the token is; `undefined` when it is none of ours (another authenticator may know it).
   *
   * @throws TokenRefused for a token of ours that does not hold, or is for none of `audiences`.
   */
  authenticate(token: string, audiences: readonly string[] = [ISSUER]): TokenIdentity | undefined {
    const payload = this.keys.verify(token, ISSUERS);
    if (payload === undefined) return undefined;
    const granted = grantedAudiences(payload, audiences);
    const identity = payload['iss'] === LEGACY_ISSUER ? this.#legacy(token, payload) : this.#bound(payload);
    return { identity, audiences: granted };
  }

  #bound(payload: Payload): Identity {
    const now = Math.floor(this.clock.now() / 1000);
    const { exp, nbf, iat, jti } = payload;
    if (typeof exp !== 'number' || exp < now - LEEWAY_S) throw new TokenRefused('service account token has expired');
    if (typeof nbf === 'number' && nbf > now + LEEWAY_S) {
      throw new TokenRefused('service account token is not valid yet');
    }
    if (typeof iat === 'number' && iat > now + LEEWAY_S) {
      throw new TokenRefused('service account token is issued in the future');
    }
    // Signed by us, hence of the shape that `issue` gives it.
    const { namespace, serviceaccount, pod, secret, node } = payload['kubernetes.io'] as BoundClaims;
    this.#requireAccount(namespace, serviceaccount);
    if (secret) this.#requireBound('secret', namespace, secret);
    if (pod) this.#requireBound('pod', namespace, pod);
    else if (node) this.#requireBound('node', undefined, node);
    const extra = {
      'credential-id': typeof jti === 'string' ? `JTI=${jti}` : undefined,
      'node-name': node?.name,
      'node-uid': node?.uid,
      'pod-name': pod?.name,
      'pod-uid': pod?.uid,
    };
    return accountIdentity(namespace, serviceaccount, extra);
  }

  #legacy(token: string, payload: Payload): Identity {
    const claim = (name: string): string => String(payload[`kubernetes.io/serviceaccount/${name}`] ?? '');
    const namespace = claim('namespace');
    const name = claim('secret.name');
    const account = { name: claim('service-account.name'), uid: claim('service-account.uid') };
    const secret = this.objects.get({ group: '', plural: 'secrets' }, { namespace, name });
    if (secret === undefined || this.#isLeaving(secret)) throw new TokenRefused('Token has been invalidated');
    const { data } = secret as KubeObject & { data?: Readonly<Record<string, string>> };
    if (Buffer.from(data?.['token'] ?? '', 'base64').toString() !== token) {
      throw new TokenRefused("Token does not match server's copy");
    }
    this.#requireAccount(namespace, account);
    if ((secret.metadata.labels?.[INVALID_SINCE] ?? '') !== '') {
      throw new TokenRefused(
        `the token in secret ${namespace}/${name} for service account ${namespace}/${account.name} has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${INVALID_SINCE}' label from the secret to temporarily allow use of this token`,
      );
    }
    for (const listener of this.#listeners) listener({ namespace, name });
    return accountIdentity(namespace, account, {});
  }

  #requireAccount(namespace: string, { name, uid }: TokenClaims['account']): void {
    const found = this.objects.get({ group: '', plural: 'serviceaccounts' }, { namespace, name });
    if (found === undefined) throw new TokenRefused(`serviceaccounts "${name}" not found`);
    if (found.metadata.uid !== uid) {
      throw new TokenRefused(`service account UID (${found.metadata.uid ?? ''}) does not match claim (${uid})`);
    }
    if (this.#isLeaving(found)) throw new TokenRefused(`service account ${namespace}/${name} has been deleted`);
  }

  #requireBound(kind: 'pod' | 'secret' | 'node', namespace: string | undefined, { name, uid }: BoundObject): void {
    const found = this.objects.get({ group: '', plural: `${kind}s` }, { namespace, name });
    if (found === undefined) throw new TokenRefused('service account token has been invalidated');
    if (found.metadata.uid !== uid) {
      const what = `${kind} UID (${found.metadata.uid ?? ''})`;
      throw new TokenRefused(`${what} does not match service account ${kind} ref claim (${uid ?? ''})`);
    }
    if (kind !== 'node' && this.#isLeaving(found)) throw new TokenRefused('service account token has been invalidated');
  }

  /** Whether its time to end on its own is over. */
  #isLeaving({ metadata: { deletionTimestamp } }: KubeObject): boolean {
    return deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < this.clock.now() - LEEWAY_S * 1000;
  }
}

interface BoundClaims {
  readonly namespace: string;
  readonly serviceaccount: { readonly name: string; readonly uid: string };
  readonly pod?: BoundObject;
  readonly secret?: BoundObject;
  readonly node?: BoundObject;
}

/** Those of the asked audiences that the token is for; one without any is for this API. @throws TokenRefused when there is none. */
function grantedAudiences({ aud }: Payload, asked: readonly string[]): string[] {
  const own = aud === undefined ? [ISSUER] : [aud].flat().map(String);
  const granted = own.filter((audience) => asked.includes(audience));
  if (granted.length > 0) return granted;
  throw new TokenRefused(`token audiences ${quoted(own)} is invalid for the target audiences ${quoted(asked)}`);
}

const quoted = (texts: readonly string[]): string => `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;

function accountIdentity(
  namespace: string,
  { name, uid }: TokenClaims['account'],
  extra: Readonly<Record<string, string | undefined>>,
): Identity {
  const known = Object.entries(extra).flatMap(([key, value]) =>
    value === undefined ? [] : [[`authentication.kubernetes.io/${key}`, [value]] as const],
  );
  return {
    name: serviceAccountUser(namespace, name),
    uid,
    groups: [...serviceAccountGroups(namespace), AUTHENTICATED],
    extra: Object.fromEntries(known),
  };
}
