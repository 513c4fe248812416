import type { KubeObject } from '@drover/api';
import { parseAllDocuments } from 'yaml';

/** The manifest cannot be applied; the message says why. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/** More objects than any registration has: a management server's manifest holds about a dozen. */
const MAX_OBJECTS = 500;
/** Aliases are what makes a small YAML text a large object. */
const MAX_ALIASES = 100;

/**
 * The objects of a manifest of several YAML documents, in its order. Documents without a kind are skipped, as Harvester does.
 *
 * @throws ManifestError for text that is not YAML, for an object without version or name, for too many objects.
 */
export function parseManifest(text: string): KubeObject[] {
  const objects: KubeObject[] = [];
  // Kubernetes reads YAML 1.1 ("on" is true).
  for (const [index, document] of parseAllDocuments(text, { version: '1.1' }).entries()) {
    const [error] = document.errors;
    if (error !== undefined)
      throw new ManifestError(`document ${index + 1} is not YAML: ${error.message.split('\n')[0]}`);
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    if (typeof value !== 'object' || value === null || !('kind' in value)) continue;
    objects.push(toObject(value, index));
    if (objects.length > MAX_OBJECTS) throw new ManifestError(`the manifest has more than ${MAX_OBJECTS} objects`);
  }
  if (objects.length === 0) throw new ManifestError('the manifest has no objects');
  return objects;
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
