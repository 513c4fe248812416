import { resolve } from 'node:path';
import { breaches } from './check.js';

const found = breaches(resolve(import.meta.dirname, '../..'));
for (const breach of found) process.stderr.write(`${breach}\n`);
process.exitCode = found.length === 0 ? 0 : 1;
