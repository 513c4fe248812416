import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as api from './index.js';
import type { Kind } from './kind.js';
import { builtinResources, harvesterCrds, rancherCrds } from './schemas.js';

const isKind = (value: unknown): value is Kind =>
  typeof value === 'object' && value !== null && 'plural' in value && 'kind' in value && 'namespaced' in value;

describe('the main entry', () => {
  const exported = Object.values<unknown>({ ...api })
    .filter(isKind)
    .map(({ group, version, plural }) => `${group}/${version}/${plural}`);

  it('has a value for each built-in kind and each definition', () => {
    const builtin = builtinResources().map(({ group, version, plural }) => `${group}/${version}/${plural}`);
    const custom = [...harvesterCrds(), ...rancherCrds()].flatMap(({ spec }) =>
      spec.versions.map(({ name }) => `${spec.group}/${name}/${spec.names.plural}`),
    );
    expect([...exported].sort()).toEqual([...builtin, ...custom].sort());
  });

  it('runs in a browser: nothing it loads imports Node', () => {
    const seen = new Set<string>();
    const open = [new URL('./index.js', import.meta.url)];
    for (let file = open.pop(); file; file = open.pop()) {
      if (seen.has(file.href)) continue;
      seen.add(file.href);
      for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(
        /^(?:import|export)\b[^;]*?from '([^']+)'/gm,
      )) {
        expect(specifier, file.pathname).not.toMatch(/^node:/);
        if (specifier.startsWith('.')) open.push(new URL(specifier, file));
      }
    }
    expect(seen.size).toBeGreaterThan(50);
  });
});
