import { any, global, type Library, member, optional } from '../declaration.js';
import { EvaluationError } from '../evaluation-error.js';
import { BOOL } from '../type.js';
import { CelList, CelMap, CelOptional, CelUint, type CelValue, Duration } from '../value.js';

const V = any('V');
const maybe = optional(V);

/** Values that may be absent. */
export const OPTIONAL: Library = [
  ['optional.of', [global('optional_of', [V], maybe.type, (value) => CelOptional.of(value))]],
  [
    'optional.ofNonZeroValue',
    [
      global('optional_ofNonZeroValue', [V], maybe.type, (value) =>
        isZero(value) ? CelOptional.none : CelOptional.of(value),
      ),
    ],
  ],
  ['optional.none', [global('optional_none', [], maybe.type, () => CelOptional.none)]],
  ['hasValue', [member('optional_hasValue', [maybe], BOOL, ({ value }) => value !== undefined)]],
  [
    'value',
    [
      member('optional_value', [maybe], V.type, ({ value }) => {
        if (value === undefined) throw new EvaluationError('optional.none() dereference');
        return value;
      }),
    ],
  ],
  ['or', [member('optional_or_optional', [maybe, maybe], maybe.type, (a, b) => (a.value === undefined ? b : a))]],
  [
    'orValue',
    [member('optional_orValue_value', [maybe, V], V.type, ({ value }, other) => (value === undefined ? other : value))],
  ],
];

function isZero(value: CelValue): boolean {
  if (value instanceof CelList || value instanceof CelMap) return value.size === 0;
  if (value instanceof CelUint) return value.value === 0n;
  if (value instanceof Duration) return value.nanos === 0n;
  if (value instanceof Uint8Array) return value.length === 0;
  return value === null || value === false || value === 0n || value === 0 || value === '';
}
