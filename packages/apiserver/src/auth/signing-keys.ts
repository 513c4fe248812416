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
import { calculateJwkThumbprint, type JWK } from 'jose';
import { privateFile } from '../bootstrap/private-file.js';
import { TokenRefused } from './token-refused.js';

const FILE = 'service-account.key';
/** The one algorithm of our keys: it is ours to say, not the token's. */
const ALGORITHM = 'ES256';
/** How signatures are written in a JWT (RFC 7518, 3.4), which is not how OpenSSL writes them. */
const ENCODING = { dsaEncoding: 'ieee-p1363' } as const;
/** Verified signatures that are remembered; the longest unused go first. */
const REMEMBERED = 4096;
const TOKEN_BYTES = 16 * 1024;

/** What a token says. */
export type Payload = Readonly<Record<string, unknown>>;

interface VerifyingKey {
  readonly key: KeyObject;
  readonly jwk: JWK & { readonly kid: string };
}

/**
 * The keys of service-account tokens, in one PEM file of the data directory: the first signs, each verifies. Keys are rotated by
 * putting a new one before the old, which stays (its public half is enough) as long as its tokens are to hold.
 */
export class SigningKeys {
  readonly #verified = new Map<string, Payload>();

  private constructor(
    readonly signing: KeyObject,
    readonly verifying: readonly [VerifyingKey, ...VerifyingKey[]],
  ) {}

  /** The keys kept in `dataDir`; one is made on the first call. @throws Error naming the file for what is no such key. */
  static async open(dataDir: string): Promise<SigningKeys> {
    const path = join(dataDir, FILE);
    const text = await privateFile(path, async () => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    });
    const [first, ...others] = text.match(/-----BEGIN [A-Z ]+-----[\s\S]+?-----END [A-Z ]+-----/g) ?? [];
    if (first === undefined || first.includes('PUBLIC')) {
      throw new Error(`${path}: the first key signs tokens, so it has to be a private one in PEM`);
    }
    const keys = await Promise.all([first, ...others].map((pem) => verifyingKey(path, pem)));
    return new SigningKeys(createPrivateKey(first), keys as [VerifyingKey, ...VerifyingKey[]]);
  }

  /** The public halves (JWKS), for who verifies tokens elsewhere. */
  get jwks(): readonly JWK[] {
    return this.verifying.map(({ jwk }) => jwk);
  }

  /** A JWT that says `payload`. */
  sign(payload: object): string {
    const [{ jwk }] = this.verifying;
    const signed = `${encode({ alg: ALGORITHM, kid: jwk.kid })}.${encode(payload)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: this.signing, ...ENCODING });
    return `${signed}.${signature.toString('base64url')}`;
  }

  /**
   * What a token of one of `issuers` says, its signature verified (once: it is remembered); `undefined` for one of others, or no
   * token at all. @throws TokenRefused when it says it is of these issuers, and is not.
   */
  verify(token: string, issuers: readonly string[]): Payload | undefined {
    if (token.length > TOKEN_BYTES) return undefined;
    const digest = createHash('sha256').update(token).digest('base64');
    const known = this.#verified.get(digest);
    if (known !== undefined) {
      this.#verified.delete(digest);
      this.#verified.set(digest, known);
      return known;
    }
    const payload = this.#check(token, issuers);
    if (payload === undefined) return undefined;
    this.#verified.set(digest, payload);
    for (const oldest of this.#verified.keys()) {
      if (this.#verified.size <= REMEMBERED) break;
      this.#verified.delete(oldest);
    }
    return payload;
  }

  #check(token: string, issuers: readonly string[]): Payload | undefined {
    const parts = token.split('.');
    const [head = '', claims = '', signature = ''] = parts;
    const header = decode(head);
    const payload = decode(claims);
    if (parts.length !== 3 || header === undefined || payload === undefined) return undefined;
    if (!issuers.includes(String(payload['iss']))) return undefined;
    const named = this.verifying.find(({ jwk }) => jwk.kid === header['kid']);
    if (header['alg'] !== ALGORITHM || named === undefined) {
      throw new TokenRefused('invalid signature, no keys found');
    }
    const signed = Buffer.from(`${head}.${claims}`);
    if (!verify('sha256', signed, { key: named.key, ...ENCODING }, Buffer.from(signature, 'base64url'))) {
      throw new TokenRefused('invalid signature');
    }
    return payload;
  }
}

async function verifyingKey(path: string, pem: string): Promise<VerifyingKey> {
  const key = createPublicKey(pem);
  const { kty, crv, x, y } = key.export({ format: 'jwk' });
  if (kty !== 'EC' || crv !== 'P-256' || x === undefined || y === undefined) {
    throw new Error(`${path}: keys of service-account tokens are of the curve P-256, and one is not`);
  }
  const kid = await calculateJwkThumbprint({ kty, crv, x, y });
  return { key, jwk: { use: 'sig', kty, kid, alg: ALGORITHM, crv, x, y } };
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
