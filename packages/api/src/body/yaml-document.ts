import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml';
import { type ApiError, badRequest } from '../errors.js';
import { isJsonObject } from '../json-object.js';
import type { Json } from '../object.js';
import type { BodyLimits } from './limits.js';
import { refuseMagicKey } from './magic-key.js';
import { plainScalar, type Scalar } from './yaml-scalar.js';

/** Values and characters that aliases may repeat in all: manifests repeat a few, bombs millions. */
const MOST_REPEATED = 256 * 1024;
/** A key that stands for those of other maps. */
const MERGE = '<<';

type ScalarEvent = Extract<Event, { valueStart: number }>;
type MappingEvent = Extract<Event, { type: typeof EVENT_ID.MAPPING }>;
type SequenceEvent = Extract<Event, { type: typeof EVENT_ID.SEQUENCE }>;
type AliasEvent = Extract<Event, { type: typeof EVENT_ID.ALIAS }>;

/** A document, and what it says more than once. */
export interface ReadYaml {
  readonly value: Json;
  /** `line 5: key "name" already set in map`: the last value counts. */
  readonly duplicates: readonly string[];
  /** Those of them that do not come of a merge, which is there to be overridden. */
  readonly repeated: readonly string[];
}

/** The fields of a map while it is read, and the keys that it has already: `true` for one that was merged. */
interface Fields {
  readonly object: Record<string, Json>;
  readonly seen: Map<Scalar, boolean>;
}

/** 400 in the words that Kubernetes has for text that is no YAML it reads. */
export function notYaml(why: string): ApiError {
  return badRequest(`error converting YAML to JSON: ${why}`);
}

/** The documents of a text, one after the other. @throws ApiError BadRequest. */
export function* yamlDocuments(source: string, { maxDepth }: BodyLimits): Generator<ReadYaml, undefined> {
  const events = parsed(source, maxDepth);
  const composer = new Composer(source, events, maxDepth);
  while (!composer.isAtEnd) yield composer.document();
}

function parsed(source: string, maxDepth: number): Event[] {
  const { stackTraceLimit } = Error;
  // What goes wrong is the sender's fault: where in the library it was found is of no use.
  Error.stackTraceLimit = 0;
  try {
    return parseEvents(source, { maxDepth });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    if (error.reason.startsWith('nesting exceeded')) throw tooDeep(maxDepth);
    throw notYaml(`yaml: line ${(error.mark?.line ?? 0) + 1}: ${error.reason}`);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function tooDeep(maxDepth: number): ApiError {
  return badRequest(`the body is nested deeper than ${maxDepth} levels`);
}

/** Makes values of what a parser found in a text. */
class Composer {
  readonly #source: string;
  readonly #events: readonly Event[];
  readonly #maxDepth: number;
  #next = 0;
  /** Lists and maps that have begun and are not over. */
  #depth = 0;
  #anchors = new Map<string, { readonly value: Json } | undefined>();
  #duplicates: string[] = [];
  #repeated: string[] = [];
  #copied = 0;
  /** Lines before an offset that was asked for last: offsets only grow. */
  #counted = { offset: 0, lines: 1 };

  constructor(source: string, events: readonly Event[], maxDepth: number) {
    this.#source = source;
    this.#events = events;
    this.#maxDepth = maxDepth;
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#events.length;
  }

  document(): ReadYaml {
    const start = this.#take();
    if (start.type === EVENT_ID.DOCUMENT && start.directives.some(isOtherVersion))
      throw notYaml('yaml: found incompatible YAML document');
    this.#anchors = new Map();
    this.#duplicates = [];
    this.#repeated = [];
    const value = this.#isOver ? null : this.#node();
    this.#take();
    return { value, duplicates: this.#duplicates, repeated: this.#repeated };
  }

  /** Whether what was begun ends here. */
  get #isOver(): boolean {
    return this.#events[this.#next]?.type === EVENT_ID.POP;
  }

  #take(): Event {
    const event = this.#events[this.#next++];
    if (event === undefined) throw new Error('the events of a YAML document end before it does');
    return event;
  }

  #node(): Json {
    const event = this.#take();
    switch (event.type) {
      case EVENT_ID.SCALAR:
        return this.#anchored(event, () => finite(this.#scalar(event)));
      case EVENT_ID.SEQUENCE:
        return this.#anchored(event, () => this.#sequence());
      case EVENT_ID.MAPPING:
        return this.#anchored(event, () => this.#mapping());
      case EVENT_ID.ALIAS:
        return this.#alias(event);
      default:
        throw new Error('an event of a YAML document is out of its place');
    }
  }

  #anchored(event: ScalarEvent | MappingEvent | SequenceEvent, make: () => Json): Json {
    if (event.anchorStart < 0) return make();
    const name = this.#source.slice(event.anchorStart, event.anchorEnd);
    this.#anchors.set(name, undefined);
    const value = make();
    this.#anchors.set(name, { value });
    return value;
  }

  #alias({ anchorStart, anchorEnd }: AliasEvent): Json {
    const name = this.#source.slice(anchorStart, anchorEnd);
    const anchor = this.#anchors.get(name);
    if (anchor !== undefined) return this.#copy(anchor.value, this.#depth);
    const why = this.#anchors.has(name)
      ? `anchor '${name}' value contains itself`
      : `unknown anchor '${name}' referenced`;
    throw notYaml(`yaml: ${why}`);
  }

  /**
   * Nothing is in two places: whoever changes the one does not change the other. The copy is within `depth` lists and maps: with
   * aliases of aliases, a text of few levels says a value of many.
   */
  #copy(value: Json, depth: number): Json {
    this.#copied += typeof value === 'string' ? 1 + value.length : 1;
    if (this.#copied > MOST_REPEATED) throw notYaml('yaml: document contains excessive aliasing');
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= this.#maxDepth) throw tooDeep(this.#maxDepth);
    if (Array.isArray(value)) return value.map((item: Json) => this.#copy(item, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([key, item = null]) => [key, this.#copy(item, depth + 1)]));
  }

  #sequence(): Json {
    const items: Json[] = [];
    this.#depth += 1;
    while (!this.#isOver) items.push(this.#node());
    this.#depth -= 1;
    this.#take();
    return items;
  }

  #mapping(): Json {
    const fields: Fields = { object: {}, seen: new Map() };
    this.#depth += 1;
    while (!this.#isOver) {
      const event = this.#take();
      if (event.type === EVENT_ID.SCALAR && this.#isMerge(event)) {
        this.#merge(fields, this.#node(), event.valueStart);
        continue;
      }
      const key = this.#key(event);
      const name = String(key);
      refuseMagicKey(name);
      this.#see(fields, key, event.type === EVENT_ID.SCALAR ? event.valueStart : -1, false);
      fields.object[name] = this.#node();
    }
    this.#depth -= 1;
    this.#take();
    return fields.object;
  }

  #key(event: Event): Exclude<Scalar, null> {
    const key =
      event.type === EVENT_ID.SCALAR
        ? this.#anchored(event, () => this.#keyScalar(event))
        : event.type === EVENT_ID.ALIAS
          ? this.#alias(event)
          : [];
    if (key === null) throw notYaml('unsupported map key of type: null');
    if (typeof key === 'object') throw notYaml('yaml: invalid map key');
    return key;
  }

  /** As text, what JSON has no number for. */
  #keyScalar(event: ScalarEvent): Scalar {
    const key = this.#scalar(event);
    return typeof key === 'number' && !Number.isFinite(key) ? getScalarValue(this.#source, event) : key;
  }

  #isMerge(event: ScalarEvent): boolean {
    const { style, tagStart, valueStart, valueEnd } = event;
    return style === SCALAR_STYLE.PLAIN && tagStart < 0 && this.#source.slice(valueStart, valueEnd) === MERGE;
  }

  /** Takes in the fields of a map, or of several, of which the first counts most. */
  #merge(fields: Fields, value: Json, at: number): void {
    const maps = Array.isArray(value) ? [...value].reverse() : [value];
    for (const map of maps) {
      if (!isJsonObject(map)) throw notYaml('yaml: map merge requires map or sequence of maps as the value');
      for (const [key, item = null] of Object.entries(map)) {
        this.#see(fields, key, at, true);
        fields.object[key] = item;
      }
    }
  }

  #see({ seen }: Fields, key: Scalar, at: number, merged: boolean): void {
    const before = seen.get(key);
    seen.set(key, merged);
    if (before === undefined) return;
    const told = `line ${this.#lineOf(at)}: key ${JSON.stringify(key)} already set in map`;
    this.#duplicates.push(told);
    if (!before && !merged) this.#repeated.push(told);
  }

  #lineOf(offset: number): number {
    let { offset: from, lines } = this.#counted;
    if (offset < from) return lines;
    for (let at = this.#source.indexOf('\n', from); at >= 0 && at < offset; at = this.#source.indexOf('\n', at + 1)) {
      lines += 1;
      from = at + 1;
    }
    this.#counted = { offset: from, lines };
    return lines;
  }

  #scalar(event: ScalarEvent): Scalar {
    const text = event.valueStart < 0 ? '' : getScalarValue(this.#source, event);
    if (event.tagStart >= 0) return tagged(shortTag(this.#source.slice(event.tagStart, event.tagEnd)), text);
    return event.style === SCALAR_STYLE.PLAIN ? plainScalar(text) : text;
  }
}

function isOtherVersion(directive: { readonly kind: string; readonly version?: string }): boolean {
  return directive.kind === 'yaml' && directive.version !== '1.1';
}

/** `!!int` and `!<tag:yaml.org,2002:int>` are the same. */
const shortTag = (tag: string): string => tag.replace(/^!<tag:yaml\.org,2002:(.*)>$/, '!!$1');

/** What tagged text means: numbers, booleans and nothing have to be what their tag says, everything else is text. */
function tagged(tag: string, text: string): Scalar {
  if (tag === '!!binary') return Buffer.from(text, 'base64').toString();
  const wanted = TYPES[tag];
  if (wanted === undefined) return text;
  const value = plainScalar(text);
  if (wanted === (value === null ? 'null' : typeof value)) return value;
  throw notYaml(`yaml: cannot decode !!str \`${text}\` as a ${tag}`);
}

const TYPES: Readonly<Record<string, string>> = {
  '!!int': 'number',
  '!!float': 'number',
  '!!bool': 'boolean',
  '!!null': 'null',
};

function finite(value: Scalar): Scalar {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  throw notYaml(`json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`);
}
