import { Agent, type RequestOptions } from 'node:https';
import type { APIServiceSpec } from '@drover/api/types/apiregistration-v1';
import type { KeyPair } from '../bootstrap/authority.js';
import { type ServicePort, serviceHost } from '../webhook/client-config.js';
import type { ServiceAddresses } from '../webhook/service-addresses.js';

/** Connections to one extension server, watches among them; further requests wait. */
const CONNECTIONS = 256;
const IDLE_CONNECTIONS = 16;
const HTTPS = 443;

/**
 * The server behind an APIService: reached at an address of its Service, checked by the Service's name, and shown the certificate
 * by which it knows that we say who asks. The address is looked up for each request, and that address is dialed.
 */
export class ExtensionServer implements Disposable {
  readonly service: ServicePort;
  readonly #agent: Agent;

  constructor(
    { service = {}, caBundle, insecureSkipTLSVerify }: APIServiceSpec,
    readonly addresses: ServiceAddresses,
    frontProxy: KeyPair,
  ) {
    this.service = { namespace: service.namespace ?? '', name: service.name ?? '', port: service.port ?? HTTPS };
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: CONNECTIONS,
      maxFreeSockets: IDLE_CONNECTIONS,
      servername: serviceHost(this.service),
      cert: frontProxy.certPem,
      key: frontProxy.keyPem,
      ...(caBundle === undefined || caBundle === '' ? {} : { ca: Buffer.from(caBundle, 'base64') }),
      // Only where the administrator who registered the server said so (apiregistration/v1 insecureSkipTLSVerify).
      rejectUnauthorized: insecureSkipTLSVerify !== true,
    });
  }

  /** Where and how to send a request now. @throws ApiError when nothing answers for the Service. */
  options(): RequestOptions {
    return { ...this.addresses.resolve(this.service), agent: this.#agent };
  }

  /** The name that requests are addressed to. */
  get host(): string {
    return `${serviceHost(this.service)}:${this.service.port}`;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
