import { duration, type Library, member, type Overload, string, timestamp } from '../declaration.js';
import { EvaluationError } from '../evaluation-error.js';
import { scalar } from '../type.js';
import { Duration, type Timestamp } from '../value.js';
import { toDuration, toTimestamp } from './operators.js';

const SECOND = 1_000_000_000n;
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
};

/** A time of seconds since 1970, or of RFC 3339 text. @throws EvaluationError */
export function timestampOf(from: bigint | string): Timestamp {
  if (typeof from === 'bigint') return toTimestamp(from * SECOND);
  const match = /^(\d{4}-\d\d-\d\d)(T(?:[01]\d|2[0-3]):\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/.exec(from);
  const [, day = '', time = '', fraction = '', zone = ''] = match ?? [];
  const whole = isDay(day) ? Date.parse(`${day}${time}${zone}`) : Number.NaN;
  if (Number.isNaN(whole))
    throw new EvaluationError("type conversion error from 'string' to 'google.protobuf.Timestamp'");
  return toTimestamp(BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(9, '0')));
}

/** Whether the month has that day: a Date reads February 30 as March 1. */
function isDay(text: string): boolean {
  const day = new Date(text);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** A span of nanoseconds, or of Go's text for it: `1h30m`. @throws EvaluationError */
export function durationOf(from: bigint | string): Duration {
  if (typeof from === 'bigint') return toDuration(from);
  const [, sign = '', body = ''] = /^([+-]?)(.*)$/s.exec(from) ?? [];
  if (body === '0') return new Duration(0n);
  let nanos = 0n;
  let length = 0;
  for (const [part, whole = '', fraction = '', unit = ''] of body.matchAll(
    /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/gy,
  )) {
    if (whole === '' && fraction === '') break;
    const amount = UNITS[unit] ?? 0n;
    nanos += BigInt(whole === '' ? 0 : whole) * amount;
    if (fraction !== '') nanos += (BigInt(fraction) * amount) / 10n ** BigInt(fraction.length);
    length += part.length;
  }
  if (length === 0 || length !== body.length)
    throw new EvaluationError("type conversion error from 'string' to 'google.protobuf.Duration'");
  return toDuration(sign === '-' ? -nanos : nanos);
}

/** RFC 3339 in UTC, with as many digits of a second as it takes. */
export function timestampText({ nanos }: Timestamp): string {
  const part = ((nanos % SECOND) + SECOND) % SECOND;
  const text = new Date(Number((nanos - part) / 1_000_000n)).toISOString().slice(0, 19);
  const fraction = part === 0n ? '' : `.${String(part).padStart(9, '0').replace(/0+$/, '')}`;
  return `${text}${fraction}Z`;
}

/** In seconds: `90s`, `0.5s`. */
export function durationText({ nanos }: Duration): string {
  const amount = nanos < 0n ? -nanos : nanos;
  const fraction =
    amount % SECOND === 0n
      ? ''
      : `.${String(amount % SECOND)
          .padStart(9, '0')
          .replace(/0+$/, '')}`;
  return `${nanos < 0n ? '-' : ''}${amount / SECOND}${fraction}s`;
}

/** The beginning of a day; `Date.UTC` takes years below 100 for those of another century. */
function dayOf(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date;
}

/** The time as clocks of a zone show it: in a Date that reads as UTC. @throws EvaluationError for an unknown zone. */
function inZone({ nanos }: Timestamp, zone: string): Date {
  const part = ((nanos % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const at = new Date(Number((nanos - part) / 1_000_000n));
  if (zone === 'UTC' || zone === '') return at;
  const offset = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (offset) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3]);
    return new Date(at.getTime() + (offset[1] === '-' ? -minutes : minutes) * 60_000);
  }
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
    }).formatToParts(at);
    const field = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
    const shown = dayOf(field('year'), field('month') - 1, field('day'));
    shown.setUTCHours(field('hour'), field('minute'), field('second'), at.getUTCMilliseconds());
    return shown;
  } catch {
    throw new EvaluationError(`unknown time zone ${zone}`);
  }
}

const DAY = 86_400_000;
const INT = scalar('int');

/** A part of a time, in UTC or in a zone. */
const part = (name: string, read: (date: Date) => number): Overload[] => [
  member(`timestamp_to_${name}`, [timestamp], INT, (time) => BigInt(read(inZone(time, 'UTC')))),
  member(`timestamp_to_${name}_with_tz`, [timestamp, string], INT, (time, zone) => BigInt(read(inZone(time, zone)))),
];

/** How many whole units a span has. */
const spanOf = (name: string, unit: bigint): Overload =>
  member(`duration_to_${name}`, [duration], INT, ({ nanos }) => nanos / unit);

/** What times and spans are made of. */
export const TIME: Library = [
  ['getFullYear', part('year', (date) => date.getUTCFullYear())],
  ['getMonth', part('month', (date) => date.getUTCMonth())],
  [
    'getDayOfYear',
    part('day_of_year', (date) => Math.floor((date.getTime() - dayOf(date.getUTCFullYear(), 0, 1).getTime()) / DAY)),
  ],
  ['getDayOfMonth', part('day_of_month', (date) => date.getUTCDate() - 1)],
  ['getDate', part('day_of_month_1_based', (date) => date.getUTCDate())],
  ['getDayOfWeek', part('day_of_week', (date) => date.getUTCDay())],
  ['getHours', [...part('hours', (date) => date.getUTCHours()), spanOf('hours', 3600n * SECOND)]],
  ['getMinutes', [...part('minutes', (date) => date.getUTCMinutes()), spanOf('minutes', 60n * SECOND)]],
  ['getSeconds', [...part('seconds', (date) => date.getUTCSeconds()), spanOf('seconds', SECOND)]],
  [
    'getMilliseconds',
    [...part('milliseconds', (date) => date.getUTCMilliseconds()), spanOf('milliseconds', 1_000_000n)],
  ],
];
