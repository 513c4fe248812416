import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findFacts, repository } from './facts.js';
import { generate } from './generate.js';

const facts = findFacts();

describe.skipIf(facts === undefined)('what is generated (skipped where the facts are not there)', () => {
  it('is what is committed', () => {
    for (const [path, content] of generate(facts ?? ''))
      expect(readFileSync(join(repository, path), 'utf8') === content, path).toBe(true);
  });
});
