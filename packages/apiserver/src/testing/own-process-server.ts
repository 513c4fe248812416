import { randomBytes } from 'node:crypto';
import { silentLog, systemClock } from '@drover/kit';
import { openMemoryStore } from '@drover/store';
import { listen } from '../listen.js';
import { createApiServer } from '../server.js';

/**
 * A server in a process of its own, whose memory is its alone, in the directory of its argument: says in one line of JSON where it is,
 * its authority, and a client certificate of a user without rights. It runs until it is killed.
 */
const [dataDir = ''] = process.argv.slice(2);
const means = { clock: systemClock, random: (length: number): Uint8Array => randomBytes(length), log: silentLog };
const store = openMemoryStore(means);
const server = await createApiServer({ ...means, store, dataDir, advertise: { host: '127.0.0.1', port: 443 } });
const { url } = await listen(server, { host: '127.0.0.1', port: 0 });
const { certPem, keyPem } = await server.clientCertificate('nobody', []);
process.stdout.write(`${JSON.stringify({ url, ca: server.caPem, cert: certPem, key: keyPem })}\n`);
