import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a server on the loopback interface that can be cut, as a cable can. */
export interface CuttableWay extends AsyncDisposable {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** Connections that have been made so far. */
  readonly made: number;
  /** Ends every connection that is open now, without a word to either side. */
  cut(): void;
}

/** Opens a way to the server of a URL; what goes over it is not looked at. */
export async function cuttableWay(url: string): Promise<CuttableWay> {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  let made = 0;
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => open.delete(socket));
  };
  const server = createServer((near) => {
    made += 1;
    const far = connect(Number(port), hostname);
    keep(near);
    keep(far);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  const cut = (): void => {
    for (const socket of open) socket.resetAndDestroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has a port');
  return {
    url: `https://127.0.0.1:${address.port}`,
    get made() {
      return made;
    },
    cut,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}
