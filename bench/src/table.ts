import type { Row } from './benchmark.js';

const HEAD = ['', 'median', 'p99', 'unit', 'against', 'ratio'];

/** The rows as a table for a terminal, the ratio last. */
export function table(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => align(cell, column, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cells({ what, unit, median, p99, against }: Row): string[] {
  const versus = against ? `${against.what} ${both(against.value, against.p99, figure)}` : '';
  const share = against?.p99 === undefined || p99 === undefined ? undefined : p99 / against.p99;
  const ratio = against?.value ? both(median / against.value, share, (times) => `${times.toFixed(2)}×`) : '';
  return [what, figure(median), p99 === undefined ? '' : figure(p99), unit, versus, ratio];
}

function both(median: number, p99: number | undefined, text: (value: number) => string): string {
  return p99 === undefined ? text(median) : `${text(median)} (p99 ${text(p99)})`;
}

function align(cell: string, column: number, width: number): string {
  return column === 1 || column === 2 || column === 5 ? cell.padStart(width) : cell.padEnd(width);
}

/** Three digits that matter. */
function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}
