import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { badRequest, conflict, type Stored, type VirtualMachineInstance } from '@drover/api';
import { notImplemented } from '../answer.js';
import type { RunningMachine } from '../machine/machines.js';

/** Only this host, and only until the guest has said something through it. */
const LOOPBACK = '127.0.0.1';

/**
 * A connection to a port of a guest, through its card on the management network: `portforward/PORT[/tcp]`.
 *
 * @throws ApiError 400 for a port that is none, 409 without such a card, 501 for UDP
 */
export async function openPort(
  instance: Stored<VirtualMachineInstance>,
  machine: RunningMachine,
  subresource: string,
): Promise<Duplex> {
  const [, portText = '', protocol = 'tcp', ...rest] = subresource.split('/');
  const guestPort = Number(portText);
  if (!/^\d+$/.test(portText) || guestPort < 1 || guestPort > 65_535 || rest.length > 0)
    throw badRequest(`portforward: "${portText}" is not a port from 1 to 65535`);
  if (protocol !== 'tcp') throw notImplemented(`forwarding ${protocol} ports`);
  const nic = instance.spec.networks?.find(({ pod }) => pod !== undefined)?.name;
  if (nic === undefined) {
    const subject = { group: 'kubevirt.io', plural: 'virtualmachineinstance' };
    throw conflict(subject, instance.metadata.name, 'VMI has no card on the management network');
  }
  const forward = { protocol: 'tcp', hostAddress: LOOPBACK, hostPort: 0, guestPort } as const;
  const hostPort = await machine.addForward(nic, forward);
  const socket = connect({ host: LOOPBACK, port: hostPort });
  // QEMU takes the connection in its own time, and tells nobody: that it has is known once the guest says something.
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    // A machine that is gone has no forwards.
    machine.removeForward(nic, { ...forward, hostPort }).catch(() => {});
  };
  socket.once('close', close);
  await once(socket, 'connect');
  socket.once('readable', close);
  return socket;
}
