import { isJsonObject, type Json, type JsonObject, type KubeObject, labelValue, qualifiedName } from '@drover/api';

/** Versions of ConversionReview that are spoken here. */
export const CONVERSION_REVIEW_VERSIONS = ['v1', 'v1beta1'] as const;
type ReviewVersion = (typeof CONVERSION_REVIEW_VERSIONS)[number];

/** Thrown for an answer that does not count; the message says why. */
export class ConversionRefused extends Error {
  override readonly name = 'ConversionRefused';
}

/** What of a converted object is wrong: which kind and version it is, which object it is, or its labels and annotations. */
class ObjectRefused extends Error {
  override readonly name = 'ObjectRefused';

  constructor(
    readonly part: 'type' | 'object' | 'metadata',
    message: string,
  ) {
    super(message);
  }

  /** The sentence about it: about one object it is another one than about one of several. */
  refusal(index: number, alone: boolean): ConversionRefused {
    if (this.part === 'metadata') {
      return new ConversionRefused(
        `returned invalid metadata${alone ? '' : ` in object at index ${index}`}: ${this.message}`,
      );
    }
    if (!alone) return new ConversionRefused(`returned invalid converted object at index ${index}: ${this.message}`);
    return new ConversionRefused(
      `returned invalid object${this.part === 'type' ? ' at index 0' : ''}: ${this.message}`,
    );
  }
}

/** Whether a version of ConversionReview is spoken here. */
export function isConversionReviewVersion(version: string): version is ReviewVersion {
  return CONVERSION_REVIEW_VERSIONS.some((known) => known === version);
}

/** The question put to a conversion webhook (apiextensions ConversionReview). */
export function conversionReview(
  version: ReviewVersion,
  uid: string,
  desiredAPIVersion: string,
  objects: readonly KubeObject[],
): object {
  return {
    kind: 'ConversionReview',
    apiVersion: `apiextensions.k8s.io/${version}`,
    request: { uid, desiredAPIVersion, objects },
  };
}

/** The objects an answer has for those of the question `uid`. @throws ConversionRefused. */
export function convertedObjects(
  document: Json,
  version: ReviewVersion,
  uid: string,
  desiredAPIVersion: string,
  originals: readonly KubeObject[],
): KubeObject[] {
  const review = isJsonObject(document) ? document : {};
  const response = review['response'];
  if (version === 'v1') checkKind(review);
  if (!isJsonObject(response)) throw new ConversionRefused('failed: no response provided');
  if (version === 'v1' && response['uid'] !== uid) {
    const got = JSON.stringify(response['uid'] ?? '');
    throw new ConversionRefused(`failed: expected response.uid=${JSON.stringify(uid)}, got ${got}`);
  }
  checkResult(response['result']);
  const objects = Array.isArray(response['convertedObjects']) ? response['convertedObjects'] : [];
  if (objects.length !== originals.length) {
    throw new ConversionRefused(`returned ${objects.length} objects, expected ${originals.length}`);
  }
  return originals.map((original, index) => {
    try {
      return convertedObject(objects[index] ?? null, original, desiredAPIVersion);
    } catch (error) {
      if (!(error instanceof ObjectRefused)) throw error;
      throw error.refusal(index, originals.length === 1);
    }
  });
}

function checkKind({ apiVersion, kind }: JsonObject): void {
  const wanted = 'apiextensions.k8s.io/v1, Kind=ConversionReview';
  const version = String(apiVersion ?? '');
  const got = `${version.includes('/') ? '' : '/'}${version}, Kind=${String(kind ?? '')}`;
  if (got !== wanted) throw new ConversionRefused(`failed: expected webhook response of ${wanted}, got ${got}`);
}

function checkResult(result: Json | undefined): void {
  const { status, message } = isJsonObject(result) ? result : {};
  if (status === 'Success') return;
  const said = typeof message === 'string' && message !== '' ? message : undefined;
  throw new ConversionRefused(
    `failed: ${said ?? `response.result.status was '${String(status ?? '')}', not 'Success'`}`,
  );
}

/** The converted object with the metadata of the original one: a conversion changes labels and annotations there, nothing else. */
function convertedObject(document: Json, original: KubeObject, desiredAPIVersion: string): KubeObject {
  const converted = isJsonObject(document) ? document : {};
  const { apiVersion = '', kind = '' } = converted;
  if (apiVersion !== desiredAPIVersion) {
    const why = `invalid groupVersion (expected ${desiredAPIVersion}, received ${String(apiVersion)})`;
    throw new ObjectRefused('type', why);
  }
  if (kind !== original.kind) {
    throw new ObjectRefused('type', `invalid kind (expected ${original.kind}, received ${String(kind)})`);
  }
  const metadata = isJsonObject(converted['metadata']) ? converted['metadata'] : {};
  for (const [field, told] of IDENTITY) {
    const before = original.metadata[field] ?? '';
    const after = metadata[field] ?? '';
    if (before !== after) {
      throw new ObjectRefused('object', `must have the same ${told}: ${before} != ${String(after)}`);
    }
  }
  const { labels: _labels, annotations: _annotations, ...kept } = original.metadata;
  const labels = textMap(metadata['labels'], 'labels');
  const annotations = textMap(metadata['annotations'], 'annotations');
  return {
    ...converted,
    apiVersion: desiredAPIVersion,
    kind: original.kind,
    metadata: { ...kept, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
  };
}

/** Which object it is, by field and by the word for it. */
const IDENTITY = [
  ['name', 'name'],
  ['namespace', 'namespace'],
  ['uid', 'UID'],
] as const;

function textMap(value: Json | undefined, field: 'labels' | 'annotations'): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined;
  const refused = (why: string): ObjectRefused => new ObjectRefused('metadata', why);
  if (!isJsonObject(value)) throw refused(`invalid metadata.${field} of type ${goType(value)} in converted object`);
  const texts: Record<string, string> = {};
  for (const [key, text = null] of Object.entries(value)) {
    if (typeof text !== 'string') {
      throw refused(`metadata.${field}[${key}] must be a string, but is ${goType(text)} in converted object`);
    }
    const wrongKey = qualifiedName(key);
    const wrongValue = field === 'labels' ? labelValue(text) : undefined;
    const at = `metadata.${field === 'labels' ? 'labels' : 'annotation'}: Invalid value`;
    if (wrongKey !== undefined) throw refused(`${at}: ${JSON.stringify(key)}: ${wrongKey}`);
    if (wrongValue !== undefined) throw refused(`${at}: ${JSON.stringify(text)}: ${wrongValue}`);
    texts[key] = text;
  }
  return texts;
}

/** How Go calls the type of a JSON value. */
function goType(value: Json): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'map[string]interface {}';
}
