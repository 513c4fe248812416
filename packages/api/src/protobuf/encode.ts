import type { JsonObject } from '../object.js';
import { type Message, MessageWriters, writeFields } from './messages.js';
import type { ProtobufTables } from './tables.js';
import { WireWriter } from './writer.js';

/** First bytes of every body of type `application/vnd.kubernetes.protobuf`, as one number. */
const MAGIC = 0x6b387300;

/** Tags of the fields of an envelope (runtime.Unknown), of what it says of its kind (TypeMeta), and of a WatchEvent. */
const TYPE = 0x0a;
const RAW = 0x12;
const CONTENT_ENCODING = 0x1a;
const CONTENT_TYPE = 0x22;
const API_VERSION = 0x0a;
const KIND = 0x12;
const EVENT_TYPE = 0x0a;
const EVENT_OBJECT = 0x12;
const EXTENSION = 0x0a;

/** A document that says what it is. Documents of before there were groups have no `apiVersion`. */
export type ProtobufDocument = {
  readonly apiVersion?: string;
  readonly kind: string;
};

/** A list's document but for its items, in two pieces: what stands before them, and what after. */
export interface ListFrame {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/**
 * Encodes documents of built-in kinds, byte for byte as Kubernetes does: fields in the order of their numbers, maps in that of their
 * keys, and whatever is no pointer in Go also when it is zero. One is enough for a server: it keeps the messages it has made ready.
 */
export class ProtobufEncoder {
  readonly #writer = new WireWriter();
  readonly #messages: MessageWriters;

  constructor(readonly tables: ProtobufTables) {
    this.#messages = new MessageWriters(tables);
  }

  /** Whether a kind has a protobuf form. */
  encodes(document: ProtobufDocument): boolean {
    return Object.hasOwn(this.tables.kinds, keyOf(document));
  }

  /** A body of type `application/vnd.kubernetes.protobuf`. @throws TypeError for a kind without a protobuf form. */
  encode(document: ProtobufDocument): Uint8Array {
    this.#writer.clear();
    this.#document(document);
    return this.#writer.take();
  }

  /** An event of a watch: a WatchEvent with the document in it, behind its length in four bytes. Throws as `encode`. */
  encodeEvent(type: string, document: ProtobufDocument): Uint8Array {
    const writer = this.#writer;
    writer.clear();
    this.#document(document);
    writer.integer(writer.length);
    writer.byte(EXTENSION);
    writer.integer(writer.length);
    writer.byte(EVENT_OBJECT);
    writer.text(type);
    writer.byte(EVENT_TYPE);
    writer.uint32(writer.length);
    return writer.take();
  }

  /** Items of a list of the kind, one behind the other as they stand in it. Throws as `encode`. */
  encodeItems(list: ProtobufDocument, items: readonly object[]): Uint8Array {
    const writer = this.#writer;
    writer.clear();
    this.#message(list)
      .fields.find(({ name }) => name === 'items')
      ?.write(writer, items as readonly JsonObject[]);
    return writer.take();
  }

  /** What is around the items of a list, which take `itemBytes` together. Throws as `encode`. */
  encodeList(list: ProtobufDocument, itemBytes: number): ListFrame {
    const writer = this.#writer;
    const { fields } = this.#message(list);
    const place = fields.findIndex(({ name }) => name === 'items');
    writer.clear();
    writeEnvelopeEnd(writer);
    const end = writer.length;
    writeFields(writer, fields.slice(0, place), list);
    const later = writer.length - end;
    const after = writer.take();
    writeFields(writer, fields.slice(place + 1), list);
    this.#envelopeStart(list, writer.length + itemBytes + later);
    return { before: writer.take(), after };
  }

  #document(document: ProtobufDocument): void {
    const writer = this.#writer;
    writeEnvelopeEnd(writer);
    const end = writer.length;
    writeFields(writer, this.#message(document).fields, document);
    this.#envelopeStart(document, writer.length - end);
  }

  #envelopeStart({ apiVersion = '', kind }: ProtobufDocument, length: number): void {
    const writer = this.#writer;
    writer.integer(length);
    writer.byte(RAW);
    const end = writer.length;
    writer.text(kind);
    writer.byte(KIND);
    writer.text(apiVersion);
    writer.byte(API_VERSION);
    writer.integer(writer.length - end);
    writer.byte(TYPE);
    writer.uint32(MAGIC);
  }

  #message(document: ProtobufDocument): Message {
    const name = this.encodes(document) ? this.tables.kinds[keyOf(document)] : undefined;
    if (name === undefined) throw new TypeError(`${keyOf(document)} has no protobuf form`);
    return this.#messages.message(name);
  }
}

const keyOf = ({ apiVersion = 'v1', kind }: ProtobufDocument): string => `${apiVersion}/${kind}`;

/** The content's encoding and type: of protobuf itself, neither is told. */
function writeEnvelopeEnd(writer: WireWriter): void {
  writer.byte(0);
  writer.byte(CONTENT_TYPE);
  writer.byte(0);
  writer.byte(CONTENT_ENCODING);
}
