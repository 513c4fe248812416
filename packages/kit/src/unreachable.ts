/** Marks a case that the types rule out; reached only when a value did not come through a parse. */
export function unreachable(value: never): never {
  throw new Error(`unhandled case ${JSON.stringify(value)}`);
}
