import { apiVersion, type JsonObject, type KindVersion, type KubeObject } from '@drover/api';
import type { VersionConverter } from '../catalog/converter.js';
import type { Served, VersionDefinition } from '../catalog/definition.js';

/** The versions of a kind in which managers may know its objects, by apiVersion; `undefined` for one that is gone. */
export type ManagedVersions = (apiVersion: string) => KindVersion | undefined;

/**
 * What `compare` makes of objects in several versions of their kind. Where these are converted outside this process it is a promise,
 * and `compare` is run again each time that the conversion it lacked has come: it must change nothing, and ask for the same each time.
 *
 * @throws ApiError when a conversion fails.
 */
export function inManagedVersions<T>(served: Served, compare: (versions: ManagedVersions) => T): T | Promise<T> {
  if (served.version.converter !== undefined) return inConvertedVersions(served, compare);
  // The versions of such a kind have the same fields.
  return compare((name) => kindVersion(served, name, () => (object) => object));
}

/** Thrown for an object that nobody has converted yet. */
class Unconverted extends Error {
  override readonly name = 'Unconverted';

  constructor(
    readonly converter: VersionConverter,
    readonly object: JsonObject,
    /** Tells the object, in the version that it is wanted in, from all others. */
    readonly key: string,
  ) {
    super('the object is not converted yet');
  }
}

/** The conversions are few: some states of one object, for each version that a manager knows. */
async function inConvertedVersions<T>(served: Served, compare: (versions: ManagedVersions) => T): Promise<T> {
  const converted = new Map<string, JsonObject>();
  const convertTo = ({ name, converter }: VersionDefinition): KindVersion['convert'] => {
    if (converter === undefined) return (object) => object;
    return (object) => {
      const key = `${name} ${JSON.stringify(object)}`;
      const found = converted.get(key);
      if (found === undefined) throw new Unconverted(converter, object, key);
      return found;
    };
  };
  for (;;) {
    try {
      return compare((name) => kindVersion(served, name, convertTo));
    } catch (error) {
      if (!(error instanceof Unconverted)) throw error;
      // Both are whole objects, of the same JSON.
      const [object] = await error.converter.convert([error.object as KubeObject]);
      converted.set(error.key, object ?? error.object);
    }
  }
}

function kindVersion(
  { definition }: Served,
  name: string,
  convertTo: (version: VersionDefinition) => KindVersion['convert'],
): KindVersion | undefined {
  const version = definition.versions.find(
    (candidate) => apiVersion({ group: definition.group, version: candidate.name }) === name,
  );
  return version && { schema: version.schema(), convert: convertTo(version) };
}
