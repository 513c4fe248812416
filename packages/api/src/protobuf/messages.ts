import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject } from '../object.js';
import { UNION_FIELDS } from './schema-unions.js';
import { type Field, Messages, type ProtobufTables } from './tables.js';
import { WELL_KNOWN_WRITERS } from './well-known-writers.js';
import type { WireWriter } from './writer.js';

/** Writes a value; `undefined` and null stand for its type's zero. */
type Write = (writer: WireWriter, value: Json | undefined) => void;

/** How a value is written, and how its bytes are laid out. */
interface Value {
  readonly write: Write;
  readonly wire: 0 | 1 | 2;
}

/** A field of a message, ready for writing. */
export interface MessageField {
  readonly number: number;
  readonly name: string;
  /** Its fields belong to the object around it. */
  readonly inline: boolean;
  /** Writes what the field is of an object: tag and value, or nothing. */
  readonly write: Write;
}

/** A message, ready for writing. */
export interface Message {
  /** The highest number first. */
  readonly fields: readonly MessageField[];
}

const NOTHING: JsonObject = {};

/** Writes the fields of a message; whatever is no pointer is written also when it is zero. */
export function writeFields(writer: WireWriter, fields: readonly MessageField[], object: JsonObject): void {
  for (const { inline, name, write } of fields) write(writer, inline ? object : object[name]);
}

/** Messages by name, each made ready once, when the first value of its kind is written. */
export class MessageWriters {
  readonly #tables: Messages;
  readonly #ready = new Map<string, Message>();

  constructor(tables: ProtobufTables) {
    this.#tables = new Messages(tables);
  }

  message(name: string): Message {
    const known = this.#ready.get(name);
    if (known !== undefined) return known;
    const fields: MessageField[] = [];
    const message = { fields };
    // Known before its fields are: a schema is made of schemas.
    this.#ready.set(name, message);
    const rows = [...this.#tables.fieldsOf(name)].sort(([a], [b]) => b - a);
    for (const [number, field] of rows) {
      fields.push({ number, name: field.name, inline: field.inline, write: this.#field(number, field) });
    }
    return message;
  }

  #field(number: number, { type, shape, pointer }: Field): Write {
    const { write, wire } = this.#value(type);
    const tag = number * 8 + wire;
    if (shape === 'list') return listOf(write, tag);
    if (shape === 'map') return mapOf(write, wire, number, type === 'bytes');
    const omitted = pointer || type === 'bytes' || type.endsWith('.Verbs');
    return (writer, value) => {
      if (omitted && (value === undefined || value === null)) return;
      write(writer, value);
      writer.integer(tag);
    };
  }

  #value(type: string): Value {
    switch (type) {
      case 'string':
        return { wire: 2, write: (writer, value) => writer.text(typeof value === 'string' ? value : '') };
      case 'bytes':
        return { wire: 2, write: (writer, value) => writer.base64(typeof value === 'string' ? value : '') };
      case 'bool':
        return { wire: 0, write: (writer, value) => writer.byte(value === true ? 1 : 0) };
      case 'int32':
      case 'int64':
        return { wire: 0, write: (writer, value) => writer.integer(typeof value === 'number' ? value : 0) };
      case 'double':
        return { wire: 1, write: (writer, value) => writer.double(typeof value === 'number' ? value : 0) };
      default:
        return { wire: 2, write: delimited(WELL_KNOWN_WRITERS[type] ?? this.#nested(type)) };
    }
  }

  #nested(type: string): Write {
    const { fields } = this.message(type);
    const union = UNION_FIELDS[type.slice(type.lastIndexOf('.') + 1)];
    if (union !== undefined) return (writer, value) => writeFields(writer, fields, union(value ?? null));
    return (writer, value) => writeFields(writer, fields, isJsonObject(value) ? value : NOTHING);
  }
}

/** Writes the length of what `write` writes. */
function delimited(write: Write): Write {
  return (writer, value) => {
    const end = writer.length;
    write(writer, value);
    writer.integer(writer.length - end);
  };
}

function listOf(write: Write, tag: number): Write {
  return (writer, value) => {
    if (!Array.isArray(value)) return;
    for (let index = value.length - 1; index >= 0; index -= 1) {
      write(writer, value[index]);
      writer.integer(tag);
    }
  };
}

/** A map is a list of messages with a key and a value each, in the order of their keys. */
function mapOf(write: Write, wire: Value['wire'], number: number, nullable: boolean): Write {
  const tag = number * 8 + 2;
  return (writer, value) => {
    if (!isJsonObject(value)) return;
    const keys = Object.keys(value).sort();
    for (let index = keys.length - 1; index >= 0; index -= 1) {
      const key = keys[index] ?? '';
      const end = writer.length;
      if (!nullable || value[key] !== null) {
        write(writer, value[key]);
        writer.byte(16 + wire);
      }
      writer.text(key);
      writer.byte(10);
      writer.integer(writer.length - end);
      writer.integer(tag);
    }
  };
}
