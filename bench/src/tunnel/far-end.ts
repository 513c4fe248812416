import { randomBytes } from 'node:crypto';
import { silentLog, systemClock } from '@drover/kit';
import { openTunnel, relayTcp } from '@drover/tunnel';

// The dialling end of a tunnel in a process of its own, as an agent is: `far-end.js URL KEY`.
const [, , url = '', key = ''] = process.argv;
const session = await openTunnel({
  url,
  headers: { 'x-key': key },
  onStream: relayTcp({ allow: () => true, clock: systemClock, log: silentLog }),
  name: key,
  clock: systemClock,
  random: randomBytes,
  log: silentLog,
});
process.stdout.write('connected\n');
process.stdin.resume().on('end', () => session.close('the benchmark is over'));
await session.closed;
