import { ApiError } from '@drover/api';

/** In what form an answer about objects is wanted. */
export type Form = 'object' | 'table' | 'metadata';

/** The chosen form; `version` is meta.k8s.io's, for tables and metadata. */
export interface Representation {
  readonly form: Form;
  readonly version: 'v1' | 'v1beta1';
  readonly pretty: boolean;
  /** Set for answers in YAML. */
  readonly yaml?: true;
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

/** The media types that answers come in, by what accepts them. */
function mediaOf(type: string): 'json' | 'yaml' | undefined {
  if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'json';
  return type === 'application/yaml' ? 'yaml' : undefined;
}

/**
 * The form of an answer about objects: the first entry that we can give. `plural` says that it is about a collection, whose
 * metadata has a form of its own.
 *
 * @throws ApiError NotAcceptable for a caller that takes only other forms.
 */
export function representation(header: string | undefined, query: URLSearchParams, plural = false): Representation {
  const pretty = query.has('pretty') && query.get('pretty') !== 'false' && query.get('pretty') !== '0';
  const metadata = plural ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';
  let readable = false;
  for (const { type, parameters } of acceptEntries(header)) {
    const media = mediaOf(type);
    readable ||= media !== undefined || type === 'application/vnd.kubernetes.protobuf';
    if (media === undefined) continue;
    const yaml = media === 'yaml' ? ({ yaml: true } as const) : {};
    const { as, g, v } = parameters;
    if (as === undefined) return { ...PLAIN, pretty, ...yaml };
    if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) continue;
    if (as === 'Table') return { form: 'table', version: v, pretty, ...yaml };
    if (as === metadata) return { form: 'metadata', version: v, pretty, ...yaml };
  }
  throw readable ? notAcceptable() : unavailable();
}

const FORMS = 'application/json, application/yaml';

/** 406 for a form that we do not have, with what could be had. */
export function notAcceptable(): ApiError {
  return new ApiError('NotAcceptable', `only the following media types are accepted: ${FORMS}`);
}

/** 406 for a media type that no answer comes in, with what could be had. */
function unavailable(): ApiError {
  return new ApiError('NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${FORMS}`);
}
