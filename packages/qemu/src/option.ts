import { DescriptionError } from './description.js';

/**
 * A value inside one of QEMU's `key=value,key=value` strings: a comma is doubled, everything else stands for itself
 * (QEMU manual, "Device URL Syntax"; `get_opt_value` in util/qemu-option.c).
 *
 * @throws DescriptionError for NUL, which no argument of a process can carry.
 */
export function optionValue(field: string, value: string): string {
  return text(field, value).replaceAll(',', ',,');
}

/** A `key=value,…` string of parts whose value is known. */
export function options(parts: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(parts)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${optionValue(key, value)}`]))
    .join(',');
}

/** Free text: anything but NUL and broken surrogate pairs, up to 4096 characters. */
export function text(field: string, value: string): string {
  if (value.includes('\0')) throw new DescriptionError(field, 'must not contain NUL');
  if (/\p{Surrogate}/u.test(value)) throw new DescriptionError(field, 'must be well-formed Unicode');
  if (value.length > 4096) throw new DescriptionError(field, 'must be at most 4096 characters');
  return value;
}

/** A word of QEMU's own vocabulary: a CPU model, a machine type, a feature. */
export function word(field: string, value: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/.test(value)) {
    throw new DescriptionError(field, `"${value}" is not a name of letters, digits, ".", "_", "+" and "-"`);
  }
  return value;
}

/** A whole number in a range. */
export function whole(field: string, value: number, min: number, max: number): number {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new DescriptionError(field, `must be a whole number from ${min} to ${max}, not ${value}`);
  }
  return value;
}
