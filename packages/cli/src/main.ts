#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLog, drawnAhead, type Level, systemClock } from '@drover/kit';
import { run } from './run.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => stopping.abort(new Error(`stopped by ${name}`)));
}

process.exitCode = await run(process.argv.slice(2), process.env, (level: Level) => ({
  clock: systemClock,
  random: drawnAhead(randomBytes),
  log: createLog({ write: (line) => process.stderr.write(`${line}\n`), clock: systemClock, level }),
  print: (line) => process.stdout.write(`${line}\n`),
  tell: (line) => process.stderr.write(`${line}\n`),
  signal: stopping.signal,
  self: [process.execPath, fileURLToPath(import.meta.url)],
  version,
}));
