/** The fields of the built-in kinds' protobuf messages, as `protobufTables()` of the schemas entry answers them. */
export interface ProtobufTables {
  /** Message to field number to JSON name, type, and how the field behaves. */
  readonly messages: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** `apps/v1/Deployment` to message name. */
  readonly kinds: Readonly<Record<string, string>>;
}

/** One field, parsed. */
export interface Field {
  readonly name: string;
  /** "string", "int32" …, or a message's name. */
  readonly type: string;
  readonly shape: 'one' | 'list' | 'map';
  /** Its fields belong to the message around it. */
  readonly inline: boolean;
  /** JSON has it also when it is zero. */
  readonly kept: boolean;
  /** It is not on the wire when it is absent; every other field that is no list and no map always is. */
  readonly pointer: boolean;
}

/** Reads a message's table when it is first needed. */
export class Messages {
  readonly #ready = new Map<string, ReadonlyMap<number, Field>>();

  constructor(readonly tables: ProtobufTables) {}

  fieldsOf(message: string): ReadonlyMap<number, Field> {
    const known = this.#ready.get(message);
    if (known) return known;
    const rows = Object.entries(this.tables.messages[message] ?? {});
    const fields = new Map(rows.map(([number, row]) => [Number(number), parseRow(row)]));
    this.#ready.set(message, fields);
    return fields;
  }
}

function parseRow([name = '', declared = '', behaviour]: readonly string[]): Field {
  const list = /^repeated (.+)$/.exec(declared)?.[1];
  const map = /^map<string, (.+)>$/.exec(declared)?.[1];
  return {
    name,
    type: list ?? map ?? declared,
    shape: list === undefined ? (map === undefined ? 'one' : 'map') : 'list',
    inline: behaviour === 'inline',
    kept: behaviour === 'kept' || behaviour === 'pointer',
    pointer: behaviour === 'pointer',
  };
}
