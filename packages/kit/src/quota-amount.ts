import { formatBytes } from './quantity.js';

/** An amount in billionths as Kubernetes writes it for what a quota calls `name`: bytes in binary units, cores in thousandths. */
export function formatAmount(name: string, nanos: bigint): string {
  const unit = 1_000_000_000n;
  if (nanos % unit !== 0n) return `${nanos / 1_000_000n}m`;
  const units = nanos / unit;
  if (!/memory|storage|hugepages/.test(name) || name.endsWith('persistentvolumeclaims')) return String(units);
  // Whoever counts in thousands is told in thousands.
  return units % 1024n === 0n ? formatBytes(units) : formatThousands(units);
}

function formatThousands(units: bigint): string {
  const suffixes = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
  let value = units;
  let suffix = 0;
  while (suffix < suffixes.length - 1 && value !== 0n && value % 1000n === 0n) {
    value /= 1000n;
    suffix += 1;
  }
  return `${value}${suffixes[suffix]}`;
}
