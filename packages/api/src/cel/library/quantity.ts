import { parseNanos, QuantityError } from '@drover/kit';
import { NO_QUANTITY } from '../../schema/quantity-fault.js';
import { global, instance, int, type Library, member, string } from '../declaration.js';
import { EvaluationError } from '../evaluation-error.js';
import { BOOL, scalar } from '../type.js';
import { CelOpaque } from '../value.js';

const NANO = 1_000_000_000n;
const INT = scalar('int');

/** An amount, in billionths. */
export class CelQuantity extends CelOpaque {
  override readonly typeName = 'kubernetes.Quantity';

  constructor(readonly nanos: bigint) {
    super();
  }

  override equals(other: CelOpaque): boolean {
    return other instanceof CelQuantity && other.nanos === this.nanos;
  }
}

const quantity = instance('kubernetes.Quantity', CelQuantity);

function parsed(text: string): CelQuantity {
  try {
    return new CelQuantity(parseNanos(text));
  } catch (error) {
    if (error instanceof QuantityError) throw new EvaluationError(NO_QUANTITY);
    throw error;
  }
}

function isQuantity(text: string): boolean {
  try {
    parsed(text);
    return true;
  } catch (error) {
    if (error instanceof EvaluationError) return false;
    throw error;
  }
}

const isInteger = ({ nanos }: CelQuantity): boolean =>
  nanos % NANO === 0n && nanos / NANO < 1n << 63n && nanos / NANO >= -(1n << 63n);

function asInteger(amount: CelQuantity): bigint {
  if (!isInteger(amount)) throw new EvaluationError('cannot convert value to integer');
  return amount.nanos / NANO;
}

const sign = (nanos: bigint): bigint => (nanos > 0n ? 1n : nanos < 0n ? -1n : 0n);

/** Kubernetes' functions on amounts. */
export const QUANTITY: Library = [
  ['quantity', [global('string_to_quantity', [string], quantity.type, parsed)]],
  ['isQuantity', [global('is_quantity_string', [string], BOOL, isQuantity)]],
  ['sign', [global('quantity_sign', [quantity], INT, ({ nanos }) => sign(nanos))]],
  ['isGreaterThan', [member('quantity_is_greater_than', [quantity, quantity], BOOL, (a, b) => a.nanos > b.nanos)]],
  ['isLessThan', [member('quantity_is_less_than', [quantity, quantity], BOOL, (a, b) => a.nanos < b.nanos)]],
  ['compareTo', [member('quantity_compare_to', [quantity, quantity], INT, (a, b) => sign(a.nanos - b.nanos))]],
  [
    'asApproximateFloat',
    [member('quantity_get_float', [quantity], scalar('double'), ({ nanos }) => Number(nanos) / Number(NANO))],
  ],
  ['asInteger', [member('quantity_get_int', [quantity], INT, asInteger)]],
  ['isInteger', [member('quantity_is_integer', [quantity], BOOL, isInteger)]],
  [
    'add',
    [
      member('quantity_add', [quantity, quantity], quantity.type, (a, b) => new CelQuantity(a.nanos + b.nanos)),
      member('quantity_add_int', [quantity, int], quantity.type, (a, b) => new CelQuantity(a.nanos + b * NANO)),
    ],
  ],
  [
    'sub',
    [
      member('quantity_sub', [quantity, quantity], quantity.type, (a, b) => new CelQuantity(a.nanos - b.nanos)),
      member('quantity_sub_int', [quantity, int], quantity.type, (a, b) => new CelQuantity(a.nanos - b * NANO)),
    ],
  ],
];
