import { readFile } from 'node:fs/promises';
import { detectHost, startMachine } from '@drover/qemu';
import { machineDeps } from './description.js';

/**
 * A program that starts the machine described in the file of its first argument, in the directory of its second, says so
 * on standard output, and then does nothing: for a test to kill.
 */
const [description = '', directory = ''] = process.argv.slice(2);
const machine = await startMachine(JSON.parse(await readFile(description, 'utf8')), directory, {
  ...machineDeps,
  host: await detectHost(),
});
process.stdout.write(`${machine.pid}\n`);
setInterval(() => {}, 60_000);
