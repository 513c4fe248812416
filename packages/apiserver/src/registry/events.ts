import type { ProtobufDocument } from '@drover/api';
import type { Entry } from '@drover/store';
import type { Served, VersionDefinition } from '../catalog/definition.js';
import { protobufEncoder } from '../request/encode.js';
import type { Representation } from '../request/negotiation.js';
import { asBuffer, render } from '../storage/rendering.js';
import { represent } from './represent.js';
import { servedVersion, viewOf } from './view.js';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One event as one kind of watcher is told it. A handful an entry: comparing them is cheaper than a key made of all this. */
interface Encoded {
  readonly type: EventType;
  readonly revision: number;
  readonly version: VersionDefinition;
  readonly form: Representation;
  readonly bytes: Buffer;
}

/** Entries whose encoded events are kept, and their bytes together: a burst as its watchers drain it. */
const ENTRIES = 512;
const BYTES = 8 * 1024 * 1024;

/**
 * The newest watch events in their encoded form, so that each is encoded once for all watchers of the same version and
 * representation. Full: the oldest go, and are encoded again for whoever still needs them.
 */
export class EncodedEvents {
  readonly #held = new Map<Entry, Encoded[]>();
  #bytes = 0;

  constructor(readonly now: () => number) {}

  /** The event that tells `type` about `entry` as of `revision` (a delete has one of its own). */
  encode(type: EventType, entry: Entry, revision: number, served: Served, form: Representation): Buffer {
    const variants = this.#held.get(entry) ?? [];
    for (const held of variants) {
      const { version } = held;
      if (held.type === type && held.revision === revision && version === served.version && sameForm(held.form, form))
        return held.bytes;
    }
    const bytes = encodeEvent(type, entry, revision, served, form, this.now());
    variants.push({ type, revision, version: served.version, form, bytes });
    this.#hold(entry, variants, bytes);
    return bytes;
  }

  #hold(entry: Entry, variants: Encoded[], bytes: Buffer): void {
    this.#held.set(entry, variants);
    this.#bytes += bytes.length;
    for (const [oldest, encoded] of this.#held) {
      if ((this.#held.size <= ENTRIES && this.#bytes <= BYTES) || oldest === entry) return;
      this.#held.delete(oldest);
      for (const { bytes: gone } of encoded) this.#bytes -= gone.length;
    }
  }
}

/** Whether what is encoded in one form is the same in the other. */
export function sameForm(a: Representation, b: Representation): boolean {
  return a.form === b.form && a.version === b.version && a.media === b.media;
}

/** One event of a watch, a line of JSON or a frame of protobuf. */
export function encodeEvent(
  type: EventType,
  entry: Entry,
  revision: number,
  served: Served,
  form: Representation,
  now: number,
): Buffer {
  const { definition, version } = served;
  if (form.form === 'object' && form.media === 'json' && version.convert === undefined) {
    return render(entry.value, revision, servedVersion(served), definition.kind, {
      before: `{"type":"${type}","object":`,
      after: '}\n',
    });
  }
  const object = viewOf(served, entry.value, revision);
  return encodeEventOf(type, represent(object, version, form, now), form);
}

/** One event about any document. */
export function encodeEventOf(
  type: EventType | 'BOOKMARK' | 'ERROR',
  object: ProtobufDocument,
  { media }: Representation,
): Buffer {
  if (media === 'protobuf') return asBuffer(protobufEncoder().encodeEvent(type, object));
  return Buffer.from(`${JSON.stringify({ type, object })}\n`);
}
