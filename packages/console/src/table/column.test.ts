import { describe, expect, it } from 'vitest';
import { type Column, listSearch, sortRows, widths } from './column.js';

interface Row {
  name: string;
  cpu: number;
}
const rows: Row[] = [
  { name: 'web-10', cpu: 2 },
  { name: 'web-2', cpu: 16 },
  { name: 'API', cpu: 4 },
];
const column = (field: (row: Row) => string | number): Column<Row> => ({
  id: 'x',
  title: 'column.name',
  share: 1,
  field,
  render: () => null,
});
const names = (sorted: readonly Row[]): string[] => sorted.map(({ name }) => name);

describe('sortRows', () => {
  it('sorts texts as people do, and numbers as numbers', () => {
    expect(
      names(
        sortRows(
          rows,
          column((row) => row.name),
          false,
        ),
      ),
    ).toEqual(['API', 'web-2', 'web-10']);
    expect(
      names(
        sortRows(
          rows,
          column((row) => row.cpu),
          true,
        ),
      ),
    ).toEqual(['web-2', 'API', 'web-10']);
  });

  it('leaves rows alone without a column', () => {
    expect(sortRows(rows, undefined, false)).toBe(rows);
  });
});

describe('listSearch', () => {
  it('reads what it knows of the URL', () => {
    expect(listSearch({ q: 'web', sort: 'cpu', desc: true, other: 1 })).toEqual({ q: 'web', sort: 'cpu', desc: true });
    expect(listSearch({ q: '', sort: 5, desc: 'yes' })).toEqual({});
  });
});

describe('widths', () => {
  it('share what check box and menu leave', () => {
    expect(widths([{ share: 1 }, { share: 3 }], { check: false, menu: false })).toEqual([25, 75]);
    const all = widths([{ share: 1 }, { share: 3 }], { check: true, menu: true });
    expect(all).toHaveLength(4);
    expect(all.reduce((a, b) => a + b)).toBeCloseTo(100);
  });
});
