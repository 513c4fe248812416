import { createHmac } from 'node:crypto';
import type { Settings } from '../settings.js';
import { type Answer, type Exchange, ok } from './exchange.js';
import type { Metrics } from './metrics.js';

/** What the server says about itself. */
export class ServerRoutes {
  constructor(
    private readonly parts: {
      readonly settings: Settings;
      readonly metrics: Metrics;
      readonly version: string;
      readonly ready: () => boolean;
      /** The token of a registration, by the digest that an asking node shows instead of it. */
      readonly tokenBySha256: (digest: string) => string | undefined;
    },
  ) {}

  async ping(): Promise<Answer> {
    return { status: 200, text: 'pong' };
  }

  async healthz(): Promise<Answer> {
    return { status: 200, text: 'ok' };
  }

  async readyz(): Promise<Answer> {
    return this.parts.ready()
      ? { status: 200, text: 'ok' }
      : { status: 503, text: 'not ready: still reading from the Kubernetes API' };
  }

  async metricsText(): Promise<Answer> {
    return {
      status: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      text: this.parts.metrics.text(),
    };
  }

  async rancherVersion(): Promise<Answer> {
    return ok({ Version: this.parts.version, GitCommit: '', RancherPrime: 'false' });
  }

  /**
   * The authority of this server's certificate. A joining node that shows the digest of its registration token and a nonce
   * gets the text authenticated with that token, so that it need not trust the connection.
   */
  async caCertificates({ request }: Exchange): Promise<Answer> {
    const pem = this.parts.settings.value('cacerts').trim();
    const text = pem === '' ? '' : `${pem}\n`;
    const nonce = request.headers['x-cattle-nonce'];
    const [, digest = ''] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
    const token = typeof nonce === 'string' ? this.parts.tokenBySha256(digest) : undefined;
    if (token === undefined || typeof nonce !== 'string') return { status: 200, text };
    const hash = createHmac('sha512', token).update(nonce).update('\0').update(text).update('\0').digest('base64');
    return { status: 200, headers: { 'x-cattle-hash': hash }, text };
  }

  /** `/`: browsers to the console, programs to the API. */
  async front({ request, url }: Exchange): Promise<Answer> {
    if (request.headers.accept?.includes('text/html') === true) {
      return { status: 302, headers: { location: '/dashboard/' }, text: '' };
    }
    return ok({
      type: 'collection',
      links: { self: `${url.origin}/` },
      data: [{ type: 'apiRoot', id: 'v3', links: { self: `${url.origin}/v3` } }],
    });
  }

  async robots(): Promise<Answer> {
    return { status: 200, text: 'User-agent: *\nDisallow: /\n' };
  }
}
