import { parseMillis, parseUnits, QuantityError } from '@drover/kit';

/** A Kubernetes quantity: JSON has it as a text or a number. */
type Quantity = string | number;

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** A number of bytes in IEC units with at most one decimal: 4294967296 → "4 GiB". */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const text = value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, '');
  return `${text} ${UNITS[unit]}`;
}

/** The bytes of a Kubernetes quantity; `undefined` when it is absent or not one. */
export const bytesOf = (quantity: Quantity | undefined): number | undefined => read(quantity, parseUnits);

/** The thousandths of a Kubernetes quantity of processors; `undefined` when it is absent or not one. */
export const millisOf = (quantity: Quantity | undefined): number | undefined => read(quantity, parseMillis);

function read(quantity: Quantity | undefined, parse: (text: string) => bigint): number | undefined {
  if (quantity === undefined || quantity === '') return undefined;
  try {
    return Number(parse(String(quantity)));
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

/** A quantity of bytes as it is shown; the text itself when it is no quantity. */
export function sizeOf(quantity: Quantity | undefined): string {
  const bytes = bytesOf(quantity);
  return bytes === undefined ? String(quantity ?? '') : size(bytes);
}
