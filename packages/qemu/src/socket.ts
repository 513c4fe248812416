import { once } from 'node:events';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';

/**
 * Connects to a unix socket by its name in a directory. The path goes through an open descriptor of the directory, so
 * that a long data directory does not exceed the 107 bytes of a socket address, and a symbolic link put in its place
 * meanwhile is not followed.
 *
 * @throws the system's error (ENOENT, ECONNREFUSED) when nobody listens.
 */
export async function connectIn(directory: string, name: string): Promise<Socket> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const socket = connect({ path: `/proc/self/fd/${handle.fd}/${name}` });
    await once(socket, 'connect');
    return socket;
  } finally {
    await handle.close();
  }
}
