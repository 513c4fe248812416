import { list, object, required, text } from '../schema/field.js';

/** Rancher's conditions: times as text, with its own `lastUpdateTime`. */
export const conditions = () =>
  list(
    object({
      type: required(text()),
      status: required(text()),
      lastUpdateTime: text(),
      lastTransitionTime: text(),
      reason: text(),
      message: text(),
    }),
  );
