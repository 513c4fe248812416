import { withinSize } from '../value.js';

/** The parts of a text that is about to be made. @throws EvaluationError, before it is made, for one that would be too long. */
export function partsWithin(parts: Iterable<string>, separator = ''): string[] {
  const taken: string[] = [];
  let length = 0;
  for (const part of parts) {
    length = withinSize(length + part.length + (taken.length > 0 ? separator.length : 0));
    taken.push(part);
  }
  return taken;
}
