import type { Clock } from '@drover/kit';
import { FILES } from './files.js';
import { QmpClient, QmpClosed, QmpTimeout } from './qmp.js';
import { connectIn } from './socket.js';

/** How long QEMU may take to answer on its monitor: it takes some 70 ms, a host under load a multiple. */
const GREETING_MS = 30_000;

/** The longest pause between attempts to reach the monitor of a QEMU that is starting. */
const RETRY_MS = 8;

/**
 * The monitor of the QEMU in `directory`, which may still be starting. Nothing tells when it begins to listen, so it is
 * tried: at first after a millisecond, then less often, until `isGone`.
 *
 * @throws QmpClosed when it is gone, QmpTimeout
 */
export async function openMonitor(directory: string, clock: Clock, isGone: () => Promise<boolean>): Promise<QmpClient> {
  const deadline = clock.now() + GREETING_MS;
  for (let pause = 1; ; pause = Math.min(pause * 2, RETRY_MS)) {
    const socket = await connectIn(directory, FILES.qmp).catch(notYet);
    if (socket) return QmpClient.open(socket, clock, GREETING_MS);
    if (await isGone()) throw new QmpClosed('QEMU ended before it opened its monitor');
    if (clock.now() >= deadline) throw new QmpTimeout(`QEMU opened no monitor within ${GREETING_MS} ms`);
    await clock.sleep(pause);
  }
}

function notYet(error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOENT' && code !== 'ECONNREFUSED') throw error;
}
