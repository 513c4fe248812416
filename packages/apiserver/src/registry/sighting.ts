import type { ObjectRef } from '@drover/api';
import type { Change, Entry } from '@drover/store';
import type { Sighting } from '../controllers/controller.js';
import type { DecodedObjects } from '../storage/decoded.js';
import { refOf } from '../storage/key.js';
import { type FieldMark, mentionsField } from '../storage/rendering.js';
import type { StoredObject } from './core.js';

/** A change that is parsed only when somebody asks for the object. */
export class EntrySighting implements Sighting {
  private constructor(
    readonly type: Sighting['type'],
    private readonly collection: string,
    private readonly entry: Entry,
    private readonly previous: Entry | undefined,
    private readonly decoded: DecodedObjects,
  ) {}

  static ofEntry(collection: string, entry: Entry, decoded: DecodedObjects): EntrySighting {
    return new EntrySighting('ADDED', collection, entry, undefined, decoded);
  }

  static ofChange(collection: string, change: Change, decoded: DecodedObjects): EntrySighting {
    const entry = change.type === 'put' ? change.entry : change.previous;
    const previous = change.type === 'put' ? change.previous : undefined;
    const type = change.type === 'delete' ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED';
    return new EntrySighting(type, collection, entry, previous, decoded);
  }

  get ref(): ObjectRef {
    return refOf(this.collection, this.entry.key);
  }

  get object(): StoredObject {
    return this.decoded.get(this.entry) as StoredObject;
  }

  mentions(field: FieldMark): boolean {
    return (
      mentionsField(this.entry.value, field) ||
      (this.previous !== undefined && mentionsField(this.previous.value, field))
    );
  }
}
