import { once } from 'node:events';
import { WebSocket } from 'ws';

interface Frame {
  readonly name: string;
  readonly cluster?: string;
  readonly resourceType?: string;
  readonly data?: { readonly id?: string; readonly error?: string };
}

/** What a page shows that subscribes to some kinds and never lists: the ids of what has been told and not been taken away. */
export class SeenLive implements Disposable {
  readonly #ids = new Map<string, Set<string>>();
  readonly #errors: string[] = [];

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (message) => this.#note(JSON.parse(String(message)) as Frame));
  }

  /** Connects as the owner of `token`, and asks for some kinds, each in one cluster. */
  static async open(
    { url, caPem }: { readonly url: string; readonly caPem: string },
    token: string,
    topics: readonly { readonly cluster: string; readonly resourceType: string }[],
  ): Promise<SeenLive> {
    const socket = new WebSocket(`${url.replace('https:', 'wss:')}/v1/subscribe`, {
      ca: caPem,
      headers: { authorization: `Bearer ${token}` },
    });
    await once(socket, 'open');
    const seen = new SeenLive(socket);
    for (const topic of topics) socket.send(JSON.stringify(topic));
    return seen;
  }

  /** The ids of a kind, in order. */
  of(resourceType: string): readonly string[] {
    return [...(this.#ids.get(resourceType) ?? [])].sort();
  }

  get errors(): readonly string[] {
    return this.#errors;
  }

  /** Resolves as soon as it is so. */
  async until(so: () => boolean): Promise<void> {
    while (!so()) await once(this.socket, 'message');
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }

  #note({ name, resourceType = '', data }: Frame): void {
    const ids = this.#ids.get(resourceType) ?? new Set<string>();
    this.#ids.set(resourceType, ids);
    const id = data?.id ?? '';
    if (name === 'resource.create' || name === 'resource.change') ids.add(id);
    else if (name === 'resource.remove') ids.delete(id);
    else if (name === 'resource.error') this.#errors.push(data?.error ?? '');
  }
}
