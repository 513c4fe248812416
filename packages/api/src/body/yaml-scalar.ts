/** A value without parts. */
export type Scalar = string | number | boolean | null;

const CONSTANTS = new Map<string, Scalar>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'].map((text) => [text, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'].map((text) => [text, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((text) => [text, null] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((text) => [text, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((text) => [text, -Infinity] as const),
  ...['.nan', '.NaN', '.NAN'].map((text) => [text, Number.NaN] as const),
]);

/** How a number begins; nothing else has to be looked at more closely. */
const BEGINS_NUMBER = /^[-+.0-9]/;
const SHORT = /^-?[1-9][0-9]{0,14}$/;
/** Numbers of 64 bits have no more than 20 digits, and reading thousands of them as one number takes long. */
const WHOLE = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]{0,19})$/;
const FLOATING = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const LEAST = -(2n ** 63n);
const MOST = 2n ** 64n - 1n;

/**
 * What text without quotes means, as the reader of YAML that Kubernetes uses has it: booleans of version 1.1, numbers of any base
 * (`0755` is 493), and no times.
 */
export function plainScalar(text: string): Scalar {
  const constant = CONSTANTS.get(text);
  if (constant !== undefined) return constant;
  if (!BEGINS_NUMBER.test(text)) return text;
  if (SHORT.test(text)) return Number(text);
  // Digits may be parted anywhere, but in what begins with a point.
  const digits = text.startsWith('.') ? text : text.replaceAll('_', '');
  return wholeNumber(digits) ?? floatingNumber(digits) ?? text;
}

/** `undefined` for what is no whole number of 64 bits. */
function wholeNumber(text: string): number | undefined {
  const [, sign = '', digits = ''] = WHOLE.exec(text) ?? [];
  if (digits === '') return undefined;
  const size = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const value = sign === '-' ? -size : size;
  return value >= LEAST && value <= MOST ? Number(value) : undefined;
}

function floatingNumber(text: string): number | undefined {
  const value = FLOATING.test(text) ? Number(text) : Infinity;
  return Number.isFinite(value) ? value : undefined;
}
