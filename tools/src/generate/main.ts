import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findFacts, repository } from './facts.js';
import { DOCUMENTS, generate, TYPES } from './generate.js';

const facts = findFacts(process.argv[2]);
if (facts === undefined) {
  console.error('npm run generate: the facts are not there; name their folder as an argument or in DROVER_SHARED');
  process.exitCode = 2;
} else {
  const files = generate(facts);
  for (const directory of [TYPES, DOCUMENTS]) rmSync(join(repository, directory), { recursive: true, force: true });
  for (const [path, content] of files) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), content);
  }
  console.log(`${files.size} files`);
}
