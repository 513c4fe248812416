import { isJsonObject, type Json, type JsonObject, WireWriter } from '@drover/api';

/** Writes a field whole, with its number. Nothing is written for a value of another type. */
type Field = (out: WireWriter, value: Json) => void;
/** A message's fields, by the names that OpenAPI gives them. */
interface Message {
  readonly fields: Readonly<Record<string, Field>>;
  /** Where whatever begins with `x-` goes. */
  readonly extensions?: number;
}

/** The parts of a document by the number of the section they are in. */
export const SECTIONS = { paths: 8, definitions: 9, parameters: 10 } as const;

/** The name of a section. */
export type Section = keyof typeof SECTIONS;

/** How a field's bytes are laid out, which its tag says beside its number. */
const VARINT = 0;
const DOUBLE = 1;
const DELIMITED = 2;

const tag = (out: WireWriter, number: number, layout: number): void => out.integer(number * 8 + layout);
/** The head of a field that holds the last `length` bytes that were written, or as many that come elsewhere. */
const delimitedHead = (out: WireWriter, number: number, length: number): void => {
  out.integer(length);
  tag(out, number, DELIMITED);
};
/** A field that holds whatever `content` writes. */
const delimited = (out: WireWriter, number: number, content: () => void): void => {
  const end = out.length;
  content();
  delimitedHead(out, number, out.length - end);
};
const textField = (out: WireWriter, number: number, value: string): void => {
  out.text(value);
  tag(out, number, DELIMITED);
};
const wholeField = (out: WireWriter, number: number, value: number): void => {
  out.integer(value);
  tag(out, number, VARINT);
};

const text =
  (number: number): Field =>
  (out, value) => {
    if (typeof value === 'string') textField(out, number, value);
  };
const flag =
  (number: number): Field =>
  (out, value) => {
    if (value === true) wholeField(out, number, 1);
  };
const whole =
  (number: number): Field =>
  (out, value) => {
    if (typeof value === 'number' && value > 0) wholeField(out, number, Math.floor(value));
  };
const double =
  (number: number): Field =>
  (out, value) => {
    if (typeof value !== 'number' || value === 0) return;
    out.double(value);
    tag(out, number, DOUBLE);
  };
/** Any value, as YAML: JSON is YAML. */
const any =
  (number: number): Field =>
  (out, value) =>
    delimited(out, number, () => textField(out, 2, `${JSON.stringify(value)}\n`));
const each =
  (field: Field): Field =>
  (out, value) => {
    if (!Array.isArray(value)) return;
    for (const item of (value as readonly Json[]).toReversed()) field(out, item);
  };
const message =
  (number: number, of: () => Message): Field =>
  (out, value) => {
    if (isJsonObject(value)) delimited(out, number, () => write(out, value, of()));
  };
/** A value in a message of its own. */
const wrapped =
  (number: number, field: Field): Field =>
  (out, value) =>
    delimited(out, number, () => field(out, value));
/** A message of named values, which are at `entries` in it. */
const named =
  (number: number, entries: number, field: Field): Field =>
  (out, value) => {
    if (!isJsonObject(value)) return;
    delimited(out, number, () => {
      for (const [name, item] of Object.entries(value).reverse()) entry(out, entries, name, item, field);
    });
  };

/** Numbers of openapi_v2/OpenAPIv2.proto of the gnostic project. */
const SCHEMA: Message = {
  fields: {
    $ref: text(1),
    format: text(2),
    title: text(3),
    description: text(4),
    default: any(5),
    multipleOf: double(6),
    maximum: double(7),
    exclusiveMaximum: flag(8),
    minimum: double(9),
    exclusiveMinimum: flag(10),
    maxLength: whole(11),
    minLength: whole(12),
    pattern: text(13),
    maxItems: whole(14),
    minItems: whole(15),
    uniqueItems: flag(16),
    maxProperties: whole(17),
    minProperties: whole(18),
    required: each(text(19)),
    enum: each(any(20)),
    additionalProperties: (out, value) => wrapped(21, value === true ? flag(2) : message(1, () => SCHEMA))(out, value),
    type: wrapped(22, text(1)),
    items: wrapped(
      23,
      message(1, () => SCHEMA),
    ),
    allOf: each(message(24, () => SCHEMA)),
    properties: named(
      25,
      1,
      message(2, () => SCHEMA),
    ),
  },
  extensions: 31,
};

const BODY_PARAMETER: Message = {
  fields: { description: text(1), name: text(2), in: text(3), required: flag(4), schema: message(5, () => SCHEMA) },
};
const QUERY_PARAMETER: Message = {
  fields: {
    required: flag(1),
    in: text(2),
    description: text(3),
    name: text(4),
    type: text(6),
    format: text(7),
    uniqueItems: flag(20),
  },
};
const PATH_PARAMETER: Message = {
  fields: {
    required: flag(1),
    in: text(2),
    description: text(3),
    name: text(4),
    type: text(5),
    format: text(6),
    uniqueItems: flag(19),
  },
};

/** A parameter, by where it is. Headers and forms are no parameters of the Kubernetes API. */
const parameterAt =
  (number: number): Field =>
  (out, value) => {
    if (!isJsonObject(value)) return;
    delimited(out, number, () => {
      if (value['in'] === 'body') message(1, () => BODY_PARAMETER)(out, value);
      else if (value['in'] === 'path')
        wrapped(
          2,
          message(4, () => PATH_PARAMETER),
        )(out, value);
      else
        wrapped(
          2,
          message(3, () => QUERY_PARAMETER),
        )(out, value);
    });
  };
const REFERENCE: Message = { fields: { $ref: text(1) } };
const parameterItem = (number: number): Field => {
  const reference = wrapped(
    number,
    message(2, () => REFERENCE),
  );
  const own = wrapped(number, parameterAt(1));
  return (out, value) => (isJsonObject(value) && value['$ref'] !== undefined ? reference : own)(out, value);
};

const RESPONSE: Message = {
  fields: {
    description: text(1),
    schema: wrapped(
      2,
      message(1, () => SCHEMA),
    ),
  },
};
const OPERATION: Message = {
  fields: {
    tags: each(text(1)),
    description: text(3),
    operationId: text(5),
    produces: each(text(6)),
    consumes: each(text(7)),
    parameters: each(parameterItem(8)),
    responses: named(
      9,
      1,
      wrapped(
        2,
        message(1, () => RESPONSE),
      ),
    ),
    schemes: each(text(10)),
    deprecated: flag(11),
  },
  extensions: 13,
};
const operationAt = (number: number): Field => message(number, () => OPERATION);
const PATH_ITEM: Message = {
  fields: {
    get: operationAt(2),
    put: operationAt(3),
    post: operationAt(4),
    delete: operationAt(5),
    options: operationAt(6),
    head: operationAt(7),
    patch: operationAt(8),
    parameters: each(parameterItem(9)),
  },
  extensions: 10,
};

const DOCUMENT: Message = {
  fields: {
    swagger: text(1),
    info: message(2, () => ({ fields: { title: text(1), version: text(2) } })),
    security: each(named(12, 1, (out, scopes) => delimited(out, 2, () => each(text(1))(out, scopes)))),
    securityDefinitions: named(
      13,
      1,
      wrapped(
        2,
        message(2, () => API_KEY),
      ),
    ),
  },
};
const API_KEY: Message = { fields: { type: text(1), name: text(2), in: text(3), description: text(4) } };

/** The number of a section's entries in it, and what they are. */
const ENTRIES = {
  paths: [2, message(2, () => PATH_ITEM)],
  definitions: [1, message(2, () => SCHEMA)],
  parameters: [1, parameterAt(2)],
} as const satisfies Record<Section, readonly [number: number, field: Field]>;

/** A named part of an OpenAPI v2 document, as it is in the message of its section. `out` is empty before and after. */
export function encodeEntry(out: WireWriter, section: Section, name: string, value: JsonObject): Uint8Array {
  const [number, field] = ENTRIES[section];
  entry(out, number, name, value, field);
  return out.take();
}

/**
 * An OpenAPI v2 document in the protobuf form of the gnostic project, which is all that older kubectl versions read: `head`, and
 * the entries of its sections. In parts, to be sent one after another.
 */
export function encodeDocument(
  head: JsonObject,
  sections: Readonly<Record<Section, readonly Uint8Array[]>>,
): Uint8Array[] {
  const beginning = new WireWriter();
  write(beginning, head, DOCUMENT);
  const section = (name: Section): Uint8Array[] => {
    const length = sections[name].reduce((sum, bytes) => sum + bytes.length, 0);
    const out = new WireWriter();
    delimitedHead(out, SECTIONS[name], length);
    return [out.take(), ...sections[name]];
  };
  return [beginning.take(), ...section('paths'), ...section('definitions'), ...section('parameters')];
}

function write(out: WireWriter, value: JsonObject, { fields, extensions }: Message): void {
  for (const [name, inner] of Object.entries(value).reverse()) {
    if (inner === undefined) continue;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field !== undefined) field(out, inner);
    else if (extensions !== undefined && name.startsWith('x-')) entry(out, extensions, name, inner, any(2));
  }
}

function entry(out: WireWriter, number: number, name: string, value: Json | undefined, field: Field): void {
  if (value === undefined) return;
  delimited(out, number, () => {
    field(out, value);
    textField(out, 1, name);
  });
}
