import { describe, expect, it } from 'vitest';
import type { Json } from '../object.js';
import { compileJsonPath } from './json-path.js';

const vm: Json = {
  metadata: { name: 'a', labels: { 'a.b/c': 'x' } },
  spec: { disks: [{ name: 'one', order: 1 }, { name: 'two' }], empty: '' },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Paused', status: 'False' },
    ],
    size: 0,
  },
};

describe('a JSON path', () => {
  it.each<[string, Json[]]>([
    ['.metadata.name', ['a']],
    ['{.metadata.name}', ['a']],
    ['$.metadata.name', ['a']],
    ['.metadata.labels.a\\.b/c', ['x']],
    [".metadata.labels['a.b/c']", ['x']],
    ['.metadata.labels["a.b/c"]', ['x']],
    ['.spec.disks[0].name', ['one']],
    ['.spec.disks[-1].name', ['two']],
    ['.spec.disks[7].name', []],
    ['.spec.disks[*].name', ['one', 'two']],
    ['.spec.disks.*.name', ['one', 'two']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".status.conditions[?(@.type=='Paused')].status", ['False']],
    ['.status.conditions[?(@.type != "Ready")].type', ['Paused']],
    ['.spec.disks[?(@.order>0)].name', ['one']],
    ['.spec.disks[?(@.order)].name', ['one']],
    ['.status.size', [0]],
    ['.spec.empty', ['']],
    ['.spec.nothing.below', []],
    ['.constructor', []],
  ])('%s finds %j', (path, expected) => {
    expect(compileJsonPath(path)(vm)).toEqual(expected);
  });

  it.each(['metadata', '.a..b', '.a[', '.a[?(@.b=~"c")]', '.a[0:2]'])('%s is refused', (path) => {
    expect(() => compileJsonPath(path)).toThrow('is not a path');
  });
});
