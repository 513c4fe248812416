import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Status } from '@drover/api';

/**
 * Answers a handshake with a refusal and closes the connection for good: after a failed upgrade no byte passes in either
 * direction (CVE-2018-1002105).
 */
export function refuseUpgrade(socket: Duplex, status: Status): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify(status), 'utf8');
  const head = [
    `HTTP/1.1 ${status.code} ${STATUS_CODES[status.code] ?? 'Refused'}`,
    'content-type: application/json',
    `content-length: ${body.byteLength}`,
    'connection: close',
    '',
    '',
  ].join('\r\n');
  socket.end(Buffer.concat([Buffer.from(head, 'latin1'), body]), () => socket.destroy());
}
