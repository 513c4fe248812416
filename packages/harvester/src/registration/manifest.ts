import { ApiError, decodeYamlDocuments, type KubeObject } from '@drover/api';

/** The manifest cannot be applied; the message says why. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/** More objects than any registration has: a management server's manifest holds about a dozen. */
const MAX_OBJECTS = 500;

/**
 * The objects of a manifest of several YAML documents, in its order. Documents without a kind are skipped, as Harvester does.
 *
 * @throws ManifestError for text that is not YAML, for an object without version or name, for too many objects.
 */
export function parseManifest(text: string): KubeObject[] {
  const objects = documentsOf(text).flatMap((document, index) =>
    typeof document === 'object' && document !== null && 'kind' in document ? [toObject(document, index)] : [],
  );
  if (objects.length > MAX_OBJECTS) throw new ManifestError(`the manifest has more than ${MAX_OBJECTS} objects`);
  if (objects.length === 0) throw new ManifestError('the manifest has no objects');
  return objects;
}

function documentsOf(text: string): ReturnType<typeof decodeYamlDocuments> {
  try {
    return decodeYamlDocuments(text);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new ManifestError(`the manifest is not YAML: ${error.message}`, { cause: error });
  }
}

function toObject(value: object, index: number): KubeObject {
  const { apiVersion, kind, metadata } = {
    apiVersion: undefined,
    kind: undefined,
    metadata: undefined,
    ...value,
  } as Record<string, unknown>;
  const name = typeof metadata === 'object' && metadata !== null && 'name' in metadata ? metadata.name : undefined;
  if (
    typeof apiVersion !== 'string' ||
    typeof kind !== 'string' ||
    typeof metadata !== 'object' ||
    metadata === null ||
    typeof name !== 'string'
  ) {
    throw new ManifestError(
      `document ${index + 1} is no Kubernetes object: apiVersion, kind or metadata.name is missing`,
    );
  }
  return { ...value, apiVersion, kind, metadata: { ...metadata, name } };
}
