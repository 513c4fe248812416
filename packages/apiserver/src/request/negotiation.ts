import { ApiError } from '@drover/api';

/** In what form an answer about objects is wanted. */
export type Form = 'object' | 'table' | 'metadata';

/** The chosen form; `version` is meta.k8s.io's, for tables and metadata. */
export interface Representation {
  readonly form: Form;
  readonly version: 'v1' | 'v1beta1';
  readonly pretty: boolean;
}

/** One entry of an Accept header. */
export interface AcceptEntry {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const PLAIN: Representation = { form: 'object', version: 'v1', pretty: false };

/** Entries of an Accept header, the most wanted first. */
export function acceptEntries(header: string | undefined): AcceptEntry[] {
  if (header === undefined || header.trim() === '') return [{ type: '*/*', parameters: {} }];
  return header
    .split(',')
    .slice(0, 32)
    .map((entry) => {
      const [type = '', ...pairs] = entry.split(';').map((part) => part.trim());
      const parameters = Object.fromEntries(
        pairs.map((pair) => {
          const [name = '', value = ''] = pair.split('=', 2).map((text) => text.trim());
          return [name.toLowerCase(), value.replace(/^"|"$/g, '')];
        }),
      );
      return { type: type.toLowerCase(), parameters };
    })
    .map((entry, index) => ({ entry, index, weight: Number(entry.parameters['q'] ?? '1') || 0 }))
    .sort((a, b) => b.weight - a.weight || a.index - b.index)
    .map(({ entry }) => entry);
}

const isJson = (type: string): boolean => type === 'application/json' || type === '*/*' || type === 'application/*';

/**
 * The form of an answer about objects: the first entry that we can give. Answers are always JSON; a caller that takes only
 * protobuf, CBOR or YAML is told so.
 *
 * @throws ApiError NotAcceptable.
 */
export function representation(header: string | undefined, query: URLSearchParams): Representation {
  const pretty = query.has('pretty') && query.get('pretty') !== 'false' && query.get('pretty') !== '0';
  for (const { type, parameters } of acceptEntries(header)) {
    if (!isJson(type)) continue;
    const { as, g, v } = parameters;
    if (as === undefined) return { ...PLAIN, pretty };
    if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) continue;
    if (as === 'Table') return { form: 'table', version: v, pretty };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')
      return { form: 'metadata', version: v, pretty };
  }
  throw notAcceptable();
}

/** 406, with what could be had. */
export function notAcceptable(): ApiError {
  return new ApiError('NotAcceptable', 'only the following media types are accepted: application/json');
}
