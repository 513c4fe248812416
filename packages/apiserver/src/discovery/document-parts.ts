/** Named parts of a document, encoded. */
export type EncodedParts = readonly (readonly [name: string, bytes: Uint8Array])[];

/** Bytes that are encoded in one turn of the event loop: about a millisecond's work. */
const TURN_BYTES = 16 * 1024;
const COMMA = Buffer.from(',');

/** Work on a large document, a little in each turn of the event loop, so that nobody else waits for it. */
export class Turns {
  #worked = 0;

  /** Others have their turn once enough was encoded in this one. */
  async worked(bytes: number): Promise<void> {
    this.#worked += bytes;
    if (this.#worked >= TURN_BYTES) await this.#end();
  }

  /** Does in a turn of its own what is much by itself. */
  async alone<T>(work: () => T): Promise<T> {
    await this.#end();
    const made = work();
    await this.#end();
    return made;
  }

  async #end(): Promise<void> {
    this.#worked = 0;
    await new Promise((turn) => setImmediate(turn));
  }
}

/** The bytes of parts, in the order of their names. */
export function sortedParts(parts: EncodedParts): Uint8Array[] {
  return [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bytes]) => bytes);
}

/** A field of a JSON object: its name, and its value. */
export function jsonField(name: string, value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
}

/** A field of a JSON object, the value of which is an object with these fields. */
export function jsonObjectField(name: string, fields: readonly Uint8Array[]): Uint8Array[] {
  const commas = fields.flatMap((field, index) => (index === 0 ? [field] : [COMMA, field]));
  return [Buffer.from(`${JSON.stringify(name)}:{`), ...commas, Buffer.from('}')];
}
