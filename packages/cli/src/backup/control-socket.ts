import { once } from 'node:events';
import { constants } from 'node:fs';
import { chmod, type FileHandle, open, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Closing, type Log } from '@drover/kit';

const NAME = 'control.sock';
const PATH = '/backup';

/**
 * Where a running server is asked by whoever may read its directory (0700), which is who may read all that is in a backup. The
 * network has no way to it. `backup` is called for each request, and its bytes are sent as fast as they are taken.
 *
 * The directory belongs to this process: a socket that is there was left by one that was killed.
 */
export async function openControlSocket(
  directory: string,
  backup: () => Promise<Iterable<Uint8Array>>,
  log: Log,
): Promise<AsyncDisposable> {
  await using closing = new Closing();
  const handle = await openDirectory(directory);
  closing.defer(() => handle.close());
  const server = createServer((message, response) => {
    answer(message, response, backup).catch((error: unknown) => {
      log.warn('a backup was not sent to its end', { error });
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });
  await rm(join(directory, NAME), { force: true });
  server.listen(socketPath(handle, directory));
  await once(server, 'listening');
  closing.defer(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  await chmod(join(directory, NAME), 0o600);
  const opened = closing.move();
  return { [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

async function answer(
  { method, url }: IncomingMessage,
  response: ServerResponse,
  backup: () => Promise<Iterable<Uint8Array>>,
): Promise<void> {
  if (method !== 'POST' || url !== PATH) {
    response.writeHead(404).end();
    return;
  }
  const bytes = await backup();
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  await pipeline(Readable.from(bytes, { objectMode: false }), response);
}

/** Asks the server whose directory it is for a backup; `undefined` when none runs. */
export async function requestBackup(directory: string): Promise<AsyncIterable<Uint8Array> | undefined> {
  const handle = await openDirectory(directory);
  try {
    const asking = request({ socketPath: socketPath(handle, directory), method: 'POST', path: PATH });
    asking.end();
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`the server answered ${response.statusCode} to a backup`);
    return response;
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ECONNREFUSED'].includes(String(error.code))) {
      return undefined;
    }
    throw error;
  } finally {
    await handle.close();
  }
}

function openDirectory(directory: string): Promise<FileHandle> {
  return open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
}

/** Through the descriptor where the system can: a socket's address holds 107 bytes, and a directory's path may be longer. */
function socketPath({ fd }: FileHandle, directory: string): string {
  return process.platform === 'linux' ? `/proc/self/fd/${fd}/${NAME}` : join(directory, NAME);
}
