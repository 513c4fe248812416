import type { Json } from '../object.js';
import type { WireWriter } from './writer.js';

/** Writes what is between a message's length and its end; `undefined` and null stand for the message's zero. */
type Write = (writer: WireWriter, value: Json | undefined) => void;

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Tags of fields of one digit. */
const TEXT_1 = 0x0a;
const TEXT_3 = 0x1a;
const NUMBER_1 = 0x08;
const NUMBER_2 = 0x10;

/** Messages whose JSON is no object of their fields. */
export const WELL_KNOWN_WRITERS: Readonly<Record<string, Write>> = {
  [`${META}.Time`]: time,
  [`${META}.MicroTime`]: microTime,
  [`${META}.FieldsV1`]: rawJson,
  [`${META}.Verbs`]: texts,
  'io.k8s.apimachinery.pkg.runtime.RawExtension': rawJson,
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': rawJson,
  'io.k8s.apimachinery.pkg.api.resource.Quantity': quantity,
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': intOrString,
  'io.k8s.api.authentication.v1.ExtraValue': texts,
  'io.k8s.api.authorization.v1.ExtraValue': texts,
  'io.k8s.api.certificates.v1.ExtraValue': texts,
};

/** The first second of the year 1, which Go takes for no time at all. */
const NO_TIME = Date.parse('0001-01-01T00:00:00Z') / 1000;

/** A time is told in whole seconds. */
function time(writer: WireWriter, value: Json | undefined): void {
  if (typeof value === 'string') timestamp(writer, value, 0);
}

const FRACTION = /\.(\d{1,6})/;

function microTime(writer: WireWriter, value: Json | undefined): void {
  if (typeof value !== 'string') return;
  timestamp(writer, value, Number((FRACTION.exec(value)?.[1] ?? '').padEnd(9, '0')));
}

function timestamp(writer: WireWriter, value: string, nanos: number): void {
  const seconds = Math.floor(Date.parse(value) / 1000);
  if (Number.isNaN(seconds) || (seconds === NO_TIME && nanos === 0)) return;
  writer.integer(nanos);
  writer.byte(NUMBER_2);
  writer.integer(seconds);
  writer.byte(NUMBER_1);
}

function rawJson(writer: WireWriter, value: Json | undefined): void {
  if (value === undefined || value === null) return;
  writer.text(JSON.stringify(value));
  writer.byte(TEXT_1);
}

function quantity(writer: WireWriter, value: Json | undefined): void {
  writer.text(String(value ?? 0));
  writer.byte(TEXT_1);
}

function intOrString(writer: WireWriter, value: Json | undefined): void {
  const text = typeof value === 'string';
  writer.text(text ? value : '');
  writer.byte(TEXT_3);
  writer.integer(typeof value === 'number' ? value : 0);
  writer.byte(NUMBER_2);
  writer.byte(text ? 1 : 0);
  writer.byte(NUMBER_1);
}

function texts(writer: WireWriter, value: Json | undefined): void {
  if (!Array.isArray(value)) return;
  for (let index = value.length - 1; index >= 0; index -= 1) {
    writer.text(String(value[index]));
    writer.byte(TEXT_1);
  }
}
