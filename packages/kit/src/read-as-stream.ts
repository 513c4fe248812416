/** The part of a socket that is needed here. */
interface Readable {
  on(event: 'data', listener: (chunk: unknown) => void): unknown;
  off(event: 'data', listener: (chunk: unknown) => void): unknown;
}

/**
 * Makes Node's HTTP server read a connection of its own as a stream. Otherwise its parser takes the bytes from the
 * connection's handle, which goes on giving what one read brought when the parser has been paused, as it is while an answer waits to
 * be sent: a long request right behind a long answer then ends the connection ("Parse Error: Paused"; Node 20 to 24). A listener
 * for data, once there, makes the parser let go of the handle for good.
 */
export function readAsStream(socket: Readable): void {
  socket.on('data', ignore);
  socket.off('data', ignore);
}

const ignore = (): void => {};
