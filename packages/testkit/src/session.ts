import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { type Client, createClient, httpsTransport } from '@drover/client';
import { Secret, systemClock } from '@drover/kit';
import { createWebSocketStream, WebSocket } from 'ws';
import type { ReadyLine } from './drover-process.js';

/** A person signed in to a running server, by API. */
export class Session {
  private constructor(
    private readonly url: string,
    private readonly ca: string,
    private readonly token: string,
  ) {}

  /** Signs in; the password must be one that need not be changed first. */
  static async open({ url, caFile }: ReadyLine, username: string, password: string): Promise<Session> {
    const ca = await readFile(caFile, 'utf8');
    const client = createClient(httpsTransport({ server: url, ca }), { clock: systemClock });
    const answer = await client.post('/v3-public/localProviders/local?action=login', { username, password });
    return new Session(url, ca, String((answer as { token: string }).token));
  }

  /** The Kubernetes API of a cluster, through the server, as this person. */
  cluster(id: string): Client {
    const transport = httpsTransport({
      server: `${this.url}/k8s/clusters/${id}`,
      ca: this.ca,
      token: new Secret(this.token),
    });
    return createClient(transport, { clock: systemClock });
  }

  /** A machine's serial console through the server, as the console in the browser opens it. */
  async serialConsole(id: string, namespace: string, name: string): Promise<Duplex> {
    const base = `${this.url.replace('https:', 'wss:')}/k8s/clusters/${id}/apis/subresources.kubevirt.io/v1`;
    const socket = new WebSocket(`${base}/namespaces/${namespace}/virtualmachineinstances/${name}/console`, {
      ca: this.ca,
      headers: { authorization: `Bearer ${this.token}` },
    });
    await once(socket, 'open');
    return createWebSocketStream(socket);
  }
}
