import { describe, expect, it } from 'vitest';
import { parseSearch, searcher } from './grammar.js';

const rows = [
  { name: 'web-01', state: 'Running', cpu: 4, memory: 4 * 1024 ** 3, ips: ['10.0.0.5', 'fe80::1'] },
  { name: 'web-02', state: 'Stopped', cpu: 2, memory: 1024 ** 3, ips: [] },
  { name: 'db', state: 'Running', cpu: 8, memory: 16 * 1024 ** 3, ips: ['10.0.0.9'] },
];
type Row = (typeof rows)[number];
const find = (search: string): string[] =>
  rows
    .filter(
      searcher<Row>(search, {
        name: (row) => row.name,
        state: (row) => row.state,
        cpu: (row) => row.cpu,
        memory: (row) => row.memory,
        ip: (row) => row.ips,
      }),
    )
    .map(({ name }) => name);

describe('a search', () => {
  it.each([
    ['', ['web-01', 'web-02', 'db']],
    ['WEB', ['web-01', 'web-02']],
    ['10.0.0.9', ['db']],
    ['state:running', ['web-01', 'db']],
    ['state:running web', ['web-01']],
    ['!state:running', ['web-02']],
    ['cpu>=4', ['web-01', 'db']],
    ['cpu>4', ['db']],
    ['memory<4Gi', ['web-02']],
    ['name:web-*', ['web-01', 'web-02']],
    ['name:*-0*2', ['web-02']],
    ['name=web', []],
    ['name="db"', ['db']],
    ['ip:fe80', ['web-01']],
    ['colour:red', []],
    ['!colour:red', ['web-01', 'web-02', 'db']],
    ['cpu>many', []],
  ])('%s', (search, found) => {
    expect(find(search)).toEqual(found);
  });

  it('takes quoted words as one', () => {
    expect(parseSearch('name:"a b" c')).toEqual([
      { negated: false, field: 'name', comparison: ':', value: 'a b' },
      { negated: false, comparison: ':', value: 'c' },
    ]);
  });
});
