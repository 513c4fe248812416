import type { Change, Entry } from '@drover/store';
import type { Served, VersionDefinition } from '../catalog/definition.js';
import type { Representation } from '../request/negotiation.js';
import { PIECE_BYTES } from './event-stream.js';
import { type EncodedEvents, type EventType, sameForm } from './events.js';
import type { FacetIndex } from './facets.js';
import type { Selection } from './selection.js';

/** The events that come of some changes for one kind of watcher. */
export interface EventBatch {
  /** Their lines in order, joined up to `PIECE_BYTES`. */
  readonly pieces: readonly Buffer[];
  /** The bytes of each event. */
  readonly sizes: readonly number[];
}

/** One batch and for whom it is. A handful for each set of changes: comparing them is cheaper than a key made of all this. */
interface Made {
  readonly version: VersionDefinition;
  readonly selection: string;
  readonly form: Representation;
  readonly batch: EventBatch;
}

/**
 * What watchers are told of the changes of one commit: selected, encoded and joined once for all who watch the same kind by the same
 * selectors in the same form, who are handed the same bytes.
 */
export class EventBatches {
  /** By the array that the store hands to all watchers of a prefix; nothing is kept for longer than that is. */
  readonly #made = new WeakMap<readonly Change[], Made[]>();

  constructor(
    readonly facets: FacetIndex,
    readonly events: EncodedEvents,
  ) {}

  /** The events that `changes`, which nobody alters any more, come to. */
  of(changes: readonly Change[], served: Served, selection: Selection, form: Representation): EventBatch {
    const made = this.#made.get(changes) ?? [];
    for (const known of made) {
      if (known.version === served.version && known.selection === selection.key && sameForm(known.form, form))
        return known.batch;
    }
    const lines = this.#lines(changes, served, selection, form);
    const batch = { pieces: joined(lines), sizes: lines.map(({ length }) => length) };
    made.push({ version: served.version, selection: selection.key, form, batch });
    this.#made.set(changes, made);
    return batch;
  }

  #lines(changes: readonly Change[], served: Served, selection: Selection, form: Representation): Buffer[] {
    const selected = (entry: Entry | undefined): boolean =>
      entry !== undefined && (selection.everything || selection.matches(this.facets.of(entry, served.version)));
    const lines: Buffer[] = [];
    const tell = (type: EventType, entry: Entry, revision: number): void => {
      lines.push(this.events.encode(type, entry, revision, served, form));
    };
    for (const change of changes) {
      const was = selected(change.previous);
      if (change.type === 'delete') {
        if (was) tell('DELETED', change.previous, change.revision);
        continue;
      }
      const { entry, previous } = change;
      if (selected(entry)) tell(was ? 'MODIFIED' : 'ADDED', entry, entry.revision);
      else if (was && previous !== undefined) tell('DELETED', previous, entry.revision);
    }
    return lines;
  }
}

/** `lines` in pieces of at most `PIECE_BYTES`, unless a single line is longer. A line that is alone is not copied. */
function joined(lines: readonly Buffer[]): Buffer[] {
  const pieces: Buffer[] = [];
  let piece: Buffer[] = [];
  let size = 0;
  const close = (): void => {
    if (piece.length > 0) pieces.push(piece.length === 1 ? (piece[0] as Buffer) : Buffer.concat(piece, size));
    piece = [];
    size = 0;
  };
  for (const line of lines) {
    if (size + line.length > PIECE_BYTES) close();
    piece.push(line);
    size += line.length;
  }
  close();
  return pieces;
}
