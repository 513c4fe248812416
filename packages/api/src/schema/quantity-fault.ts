import { canonicalQuantity, QuantityError } from '@drover/kit';
import type { Json } from '../object.js';

const FORM = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;

/** What Kubernetes says of text that does not even look like a quantity. */
export const NO_QUANTITY = `quantities must match the regular expression '${FORM.source}'`;

/** Why a value is no quantity, in Kubernetes' words (apimachinery resource.ParseQuantity); `undefined` when it is one. */
export function quantityFault(value: Json): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return NO_QUANTITY;
  try {
    canonicalQuantity(value);
    return undefined;
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    // Its number has no second point: that is all the form leaves open beside the suffix.
    const likely = typeof value === 'string' && FORM.test(value.trim()) && !/\..*\./.test(value);
    return likely ? "unable to parse quantity's suffix" : NO_QUANTITY;
  }
}
