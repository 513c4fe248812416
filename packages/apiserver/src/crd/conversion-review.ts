import { isJsonObject, type Json, type JsonObject, type KubeObject, labelValue, qualifiedName } from '@drover/api';

/** Versions of ConversionReview that are spoken here. */
export const CONVERSION_REVIEW_VERSIONS = ['v1', 'v1beta1'] as const;
type ReviewVersion = (typeof CONVERSION_REVIEW_VERSIONS)[number];

/** Thrown for an answer that does not count; the message says why. */
export class ConversionRefused extends Error {
  override readonly name = 'ConversionRefused';
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
      if (!(error instanceof ConversionRefused)) throw error;
      throw new ConversionRefused(`returned invalid converted object at index ${index}: ${error.message}`);
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
  const { apiVersion, kind, metadata } = converted;
  if (apiVersion !== desiredAPIVersion) {
    const received = String(apiVersion ?? '');
    throw new ConversionRefused(`invalid groupVersion (expected ${desiredAPIVersion}, received ${received})`);
  }
  if (kind !== original.kind) {
    throw new ConversionRefused(`invalid kind (expected ${original.kind}, received ${String(kind ?? '')})`);
  }
  if (!isJsonObject(metadata)) throw new ConversionRefused('missing metadata in converted object');
  for (const [field, told] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    const before = original.metadata[field] ?? '';
    const after = metadata[field] ?? '';
    if (before !== after) throw new ConversionRefused(`must have the same ${told}: ${before} != ${String(after)}`);
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

function textMap(value: Json | undefined, field: 'labels' | 'annotations'): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isJsonObject(value)) throw new ConversionRefused(`invalid metadata.${field} in converted object`);
  const texts: Record<string, string> = {};
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') {
      throw new ConversionRefused(`metadata.${field}[${key}] must be a string in converted object`);
    }
    const why = qualifiedName(key) ?? (field === 'labels' ? labelValue(text) : undefined);
    if (why !== undefined)
      throw new ConversionRefused(`metadata.${field}: Invalid value: ${JSON.stringify(key)}: ${why}`);
    texts[key] = text;
  }
  return texts;
}
