import type { KubeObject, OpenSchema } from '@drover/api';
import type { Entry } from '@drover/store';
import type { VersionConverter } from '../catalog/converter.js';
import { decodeStored, encodeStored, storedApiVersion } from '../storage/rendering.js';
import { ConvertedEntries } from './converted-entries.js';

/** Bytes of entries that are also held in another shape. */
const HELD_BYTES = 16 * 1024 * 1024;
/** Entries looked at in one turn of the event loop, when nobody has looked at them before. */
const TURN = 200;

/**
 * Shows objects that were stored under an earlier schema as the schema is now: with the defaults it has gained, without the
 * fields it has lost. An entry that is in shape stands for itself, and is not looked at again.
 */
export class CurrentShape implements VersionConverter {
  readonly #inShape = new WeakSet<Entry>();
  readonly #held = new ConvertedEntries(HELD_BYTES);

  /** With `others`, objects stored in other versions are its own to convert. */
  constructor(
    readonly apiVersion: string,
    readonly schema: () => OpenSchema,
    readonly others: VersionConverter | undefined,
  ) {}

  async shown(entries: readonly Entry[]): Promise<readonly Entry[]> {
    const shaped: Entry[] = [];
    let looked = 0;
    for (const entry of entries) {
      if (this.#inShape.has(entry) || this.#isForeign(entry)) {
        shaped.push(entry);
        continue;
      }
      const held = this.#held.get(entry);
      shaped.push(await (held ?? this.#shape(entry)));
      if (held !== undefined || ++looked % TURN !== 0) continue;
      await new Promise((turn) => setImmediate(turn));
    }
    return this.others === undefined ? shaped : this.others.shown(shaped);
  }

  async convert(objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
    return this.others === undefined ? objects : this.others.convert(objects);
  }

  #isForeign({ value }: Entry): boolean {
    return this.others !== undefined && storedApiVersion(value) !== this.apiVersion;
  }

  #shape(entry: Entry): Promise<Entry> | Entry {
    const stored = decodeStored(entry.value, entry.revision);
    const schema = this.schema();
    const value = encodeStored(schema.withDefaults(schema.prune(stored).object), storedApiVersion(entry.value));
    if (Buffer.compare(value, entry.value) === 0) {
      this.#inShape.add(entry);
      return entry;
    }
    const shaped = Promise.resolve({ ...entry, value });
    this.#held.hold(entry, shaped);
    return shaped;
  }
}
