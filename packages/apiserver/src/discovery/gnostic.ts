import type { Schema } from '@drover/api';

/**
 * Writes OpenAPI v2 in the protobuf form of the gnostic project (openapi_v2/OpenAPIv2.proto), which is all that older kubectl
 * versions read. Field numbers are the ones of that file.
 */
export function encodeOpenApiV2(title: string, version: string, definitions: Readonly<Record<string, Schema>>): Buffer {
  const info = message([textField(1, title), textField(2, version)]);
  const entries = Object.entries(definitions).map(([name, schema]) => field(1, namedSchema(name, schema)));
  return message([textField(1, '2.0'), field(2, info), field(8, Buffer.alloc(0)), field(9, message(entries))]);
}

function namedSchema(name: string, schema: Schema): Buffer {
  return message([textField(1, name), field(2, encodeSchema(schema))]);
}

function encodeSchema(schema: Schema): Buffer {
  const { $ref, format, description, required, additionalProperties, type, items, allOf, properties } = schema;
  if ($ref !== undefined) return textField(1, $ref.replace('#/components/schemas/', '#/definitions/'));
  const parts: Buffer[] = [];
  if (format !== undefined) parts.push(textField(2, format));
  if (description !== undefined) parts.push(textField(4, description));
  for (const name of required ?? []) parts.push(textField(19, name));
  if (typeof additionalProperties === 'object') parts.push(field(21, field(1, encodeSchema(additionalProperties))));
  // What may be a number or a text has no type of its own in version 2.
  const known = schema['x-kubernetes-int-or-string'] ? 'string' : type;
  if (known !== undefined) parts.push(field(22, textField(1, known)));
  if (items !== undefined) parts.push(field(23, field(1, encodeSchema(items))));
  for (const part of allOf ?? []) parts.push(field(24, encodeSchema(part)));
  if (properties !== undefined) {
    const named = Object.entries(properties).map(([name, property]) => field(1, namedSchema(name, property)));
    parts.push(field(25, message(named)));
  }
  for (const [name, value] of Object.entries(schema)) {
    if (name.startsWith('x-kubernetes-')) parts.push(field(31, extension(name, value)));
  }
  return message(parts);
}

/** A vendor extension; its value is YAML, and JSON is YAML. */
function extension(name: string, value: unknown): Buffer {
  return message([textField(1, name), field(2, textField(2, JSON.stringify(value)))]);
}

const message = (parts: readonly Buffer[]): Buffer => Buffer.concat(parts);

const textField = (number: number, text: string): Buffer => field(number, Buffer.from(text));

/** A length-delimited field (wire type 2), the only kind that is needed here. */
function field(number: number, payload: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(payload.length), payload]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
