import { createHash } from 'node:crypto';
import { isJsonObject } from '@drover/api';
import type { Client } from '@drover/client';
import type { Clock } from '@drover/kit';

/** An answer is good for this long: it only says what a request is told of as. */
const FRESH_MS = 60_000;
const REMEMBERED = 1_000;

/** Names the bearers of credentials of the Kubernetes API behind us, which that API alone can read. */
export class ForeignCallers {
  readonly #known = new Map<string, { readonly until: number; readonly name: Promise<string | undefined> }>();

  constructor(
    private readonly client: Pick<Client, 'post'>,
    private readonly clock: Clock,
  ) {}

  /** The user whom the API takes the bearer of this `Authorization` for; `undefined` for nobody, and when it cannot be asked. */
  nameOf(authorization: string): Promise<string | undefined> {
    const token = authorization.replace(/^\s*bearer\s+/i, '').trim();
    // The token itself is not kept.
    const key = createHash('sha256').update(token).digest('base64');
    const now = this.clock.now();
    const known = this.#known.get(key);
    if (known !== undefined && known.until > now) return known.name;
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    const name = this.#ask(token).catch(() => undefined);
    this.#known.set(key, { until: now + FRESH_MS, name });
    return name;
  }

  async #ask(token: string): Promise<string | undefined> {
    const answer = await this.client.post('/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token },
    });
    const status = isJsonObject(answer) && isJsonObject(answer['status']) ? answer['status'] : {};
    const user = isJsonObject(status['user']) ? status['user'] : {};
    return status['authenticated'] === true && typeof user['username'] === 'string' ? user['username'] : undefined;
  }
}
