import { ApiError } from '@drover/api';

/** In what form an answer about objects is wanted. */
export type Form = 'object' | 'table' | 'metadata';

/** How documents are written. */
export type Media = 'json' | 'yaml' | 'protobuf';

/** The chosen form; `version` is meta.k8s.io's, for tables and metadata. */
export interface Representation {
  readonly form: Form;
  readonly version: 'v1' | 'v1beta1';
  readonly media: Media;
  readonly pretty: boolean;
}

/** What an answer is about: custom kinds have no protobuf of their own; a collection's metadata has a form of its own. */
export interface Subject {
  readonly builtin: boolean;
  readonly plural: boolean;
  /** A built-in kind, as refusals name it. */
  readonly of?: { readonly group: string; readonly kind: string };
}

/** One entry of an Accept header. */
export interface AcceptEntry {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const PLAIN: Representation = { form: 'object', version: 'v1', media: 'json', pretty: false };

const MEDIA: ReadonlyMap<string, Media> = new Map([
  ['application/json', 'json'],
  ['application/yaml', 'yaml'],
  ['application/vnd.kubernetes.protobuf', 'protobuf'],
  ['*/*', 'json'],
  ['application/*', 'json'],
]);

/** How documents of a media type are written; `undefined` for types that no answer comes in. */
export const mediaOf = (type: string): Media | undefined => MEDIA.get(type);

/** What most callers take: any JSON. */
const isPlain = (header: string | undefined): boolean =>
  header === undefined || header === 'application/json' || header === '*/*';

/** Entries of an Accept header, the most wanted first. */
export function acceptEntries(header: string | undefined): AcceptEntry[] {
  if (header === undefined || header.trim() === '') return [{ type: '*/*', parameters: {} }];
  const wanted: Weighed[] = [];
  for (const entry of header.split(',').slice(0, 32).map(parseEntry)) {
    const weighed = { entry, weight: Number(entry.parameters['q'] ?? '1') || 0 };
    let place = wanted.length;
    for (; place > 0; place -= 1) {
      const before = wanted[place - 1];
      if (before === undefined || !goesBefore(weighed, before)) break;
    }
    wanted.splice(place, 0, weighed);
  }
  return wanted.map(({ entry }) => entry);
}

function parseEntry(text: string): AcceptEntry {
  const [type = '', ...pairs] = text.split(';').map((part) => part.trim());
  const parameters = Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split('=', 2).map((part) => part.trim());
      return [name.toLowerCase(), value.replace(/^"|"$/g, '')];
    }),
  );
  return { type: type.toLowerCase(), parameters };
}

interface Weighed {
  readonly entry: AcceptEntry;
  readonly weight: number;
}

/** As kube-apiserver sorts: a type that is named goes before one that is not, whatever either weighs. */
function goesBefore(a: Weighed, b: Weighed): boolean {
  if (a.weight > b.weight) return true;
  if (!a.entry.type.startsWith('*') && b.entry.type.startsWith('*')) return true;
  return !a.entry.type.endsWith('/*') && b.entry.type.endsWith('/*');
}

/**
 * The form of an answer about objects: the first entry that we can give.
 *
 * @throws ApiError NotAcceptable for a caller that takes only other forms.
 */
export function representation(header: string | undefined, query: URLSearchParams, subject: Subject): Representation {
  const pretty = query.has('pretty') && query.get('pretty') !== 'false' && query.get('pretty') !== '0';
  if (isPlain(header) && !pretty) return PLAIN;
  // Of custom kinds, nobody asks first whether the type is one of those that there are.
  let readable = !subject.builtin;
  for (const entry of acceptEntries(header)) {
    const media = mediaOf(entry.type);
    if (media === undefined) continue;
    readable = true;
    const asked = askedForm(entry, media, subject);
    if (asked === undefined) refuseOtherNumber(entry, subject);
    if (asked !== undefined) return { ...asked, media, pretty };
  }
  throw readable ? notAcceptable() : unavailable();
}

/** @throws ApiError NotAcceptable when the metadata of a list is asked of one object, or the other way round. */
function refuseOtherNumber({ parameters }: AcceptEntry, { plural, of }: Subject): void {
  const { as = '', g, v } = parameters;
  const other = plural ? 'PartialObjectMetadata' : 'PartialObjectMetadataList';
  if (as !== other || g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1') || of === undefined) return;
  const type = `${internalPackage(of.group)}.${of.kind}`;
  const found = plural ? `is a list (*${type}List)` : `is not a list (*${type})`;
  throw new ApiError('NotAcceptable', `you requested ${other}, but the requested object ${found}`);
}

/** Where kube-apiserver keeps the types of a group. */
function internalPackage(group: string): string {
  return group === '' || group === 'events.k8s.io' ? 'core' : (group.split('.')[0] ?? group);
}

function askedForm(
  { parameters }: AcceptEntry,
  media: Media,
  { builtin, plural }: Subject,
): Pick<Representation, 'form' | 'version'> | undefined {
  const { as, g, v } = parameters;
  if (!plainParameters(parameters, media)) return undefined;
  if (as === undefined && g === undefined && v === undefined)
    return builtin || media !== 'protobuf' ? { form: 'object', version: 'v1' } : undefined;
  if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) return undefined;
  if (as === 'Table') return media === 'protobuf' ? undefined : { form: 'table', version: v };
  if (as === (plural ? 'PartialObjectMetadataList' : 'PartialObjectMetadata')) return { form: 'metadata', version: v };
  return undefined;
}

/** Whether nothing is asked of the type that it cannot do: there are no streams but watches, none in YAML, and no other versions. */
function plainParameters({ stream = '', sv = '' }: AcceptEntry['parameters'], media: Media): boolean {
  return sv === '' && (stream === '' || (stream === 'watch' && media !== 'yaml'));
}

/** How a document that has one form only is written: a Status, or a list of resources; `undefined` when it is not taken so. */
export function documentMedia(header: string | undefined): Media | undefined {
  if (isPlain(header)) return 'json';
  for (const entry of acceptEntries(header)) {
    const media = mediaOf(entry.type);
    if (media !== undefined && askedForm(entry, media, { builtin: true, plural: false })?.form === 'object')
      return media;
  }
  return undefined;
}

const TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'].join(', ');
const STREAMS = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'].join(', ');

/** 406 for a form that we do not have, with what could be had. */
export function notAcceptable(types = TYPES): ApiError {
  return new ApiError('NotAcceptable', `only the following media types are accepted: ${types}`);
}

/** 406 for a watch in a type that has no streams. */
export function noStream(): ApiError {
  return notAcceptable(STREAMS);
}

/** 406 for a media type that no answer comes in, with what could be had. */
export function unavailable(types = TYPES): ApiError {
  return new ApiError('NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${types}`);
}

/** @throws ApiError NotAcceptable for a caller that does not take JSON, of what comes in no other form. */
export function requireJson(header: string | undefined): void {
  if (isPlain(header) || acceptEntries(header).some(({ type }) => mediaOf(type) === 'json')) return;
  throw unavailable('application/json');
}
