import { createHash } from 'node:crypto';
import type { AggregatedApi } from '@drover/api';
import type { ResourceCatalog } from '../catalog/catalog.js';
import type { ResourceDefinition, VersionDefinition } from '../catalog/definition.js';
import { compareVersions } from '../catalog/version-order.js';

/** A resource of one version as discovery lists it (meta/v1 APIResource). */
export interface ApiResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Names the version that is stored without telling it: it changes with that version. */
  readonly storageVersionHash?: string;
}

/** A group with its versions, the preferred one first, and what is in each. */
export interface ApiGroup {
  readonly name: string;
  readonly versions: readonly {
    readonly version: string;
    readonly resources: readonly ApiResource[];
    /** Nobody answers for it now: what is listed is what there was. */
    readonly stale: boolean;
  }[];
}

/** A resource that is no stored kind: its documents are questions that the server answers (`subjectaccessreviews`). */
export interface VirtualResource extends ApiResource {
  readonly ofGroup: string;
  readonly ofVersion: string;
}

const WRITABLE = ['get', 'patch', 'update'];

/** Everything served now, by group: the built-in ones first, in the order they are registered, then the others by name. */
export function apiGroups(
  catalog: ResourceCatalog,
  virtual: readonly VirtualResource[],
  aggregated: readonly AggregatedApi[],
): ApiGroup[] {
  const groups = new Map<string, Map<string, ApiResource[]>>([['', new Map()]]);
  const put = (group: string, version: string, resources: readonly ApiResource[]): void => {
    const versions = groups.get(group) ?? new Map<string, ApiResource[]>();
    groups.set(group, versions);
    versions.set(version, [...(versions.get(version) ?? []), ...resources]);
  };
  const definitions = [...catalog.definitions()].sort(byGroup);
  const custom = new Set(definitions.filter(({ builtin }) => !builtin).map(({ group }) => group));
  for (const definition of definitions) {
    for (const version of definition.versions.filter(({ served }) => served)) {
      put(definition.group, version.name, resourcesOf(definition, version));
    }
  }
  for (const resource of virtual) put(resource.ofGroup, resource.ofVersion, [listed(resource)]);
  const stale = new Set<string>();
  for (const { group, version, resources, available } of aggregated) {
    put(group, version, resources);
    if (available === false) stale.add(`${group}/${version}`);
  }
  return [...groups].map(([name, versions]) => ({
    name,
    versions: [...versions]
      .sort(([a], [b]) => compareVersions(a, b))
      .map(([version, resources]) => ({
        version,
        stale: stale.has(`${name}/${version}`),
        resources: [...resources].sort(custom.has(name) ? byPlural : byName),
      })),
  }));
}

/** What discovery says of a resource that is not stored. */
function listed({
  name,
  singularName,
  namespaced,
  kind,
  group,
  version,
  verbs,
  shortNames,
}: VirtualResource): ApiResource {
  return {
    name,
    singularName,
    namespaced,
    kind,
    ...(group === undefined ? {} : { group }),
    ...(version === undefined ? {} : { version }),
    verbs,
    ...(shortNames === undefined ? {} : { shortNames }),
  };
}

function byName(a: ApiResource, b: ApiResource): number {
  return a.name < b.name ? -1 : 1;
}

/** Parts of a custom kind stand as they are: its status before its scale. */
function byPlural(a: ApiResource, b: ApiResource): number {
  const [left = '', right = ''] = [a.name.split('/')[0], b.name.split('/')[0]];
  return left === right ? 0 : left < right ? -1 : 1;
}

function storageVersionHash({ group, kind, storageVersion, storedAs }: ResourceDefinition): string {
  const stored = [storedAs?.group ?? group, storedAs?.version ?? storageVersion, kind].join('/');
  return createHash('sha256').update(stored).digest().subarray(0, 8).toString('base64');
}

function byGroup(a: ResourceDefinition, b: ResourceDefinition): number {
  if (a.builtin !== b.builtin) return a.builtin ? -1 : 1;
  return a.builtin ? 0 : a.group.localeCompare(b.group);
}

/** A version of a kind and its subresources, as discovery lists them. */
export function resourcesOf(definition: ResourceDefinition, version: VersionDefinition): ApiResource[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, strategy } = definition;
  const sub = (name: string, rest: object = {}, subVerbs: readonly string[] = WRITABLE): ApiResource => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    kind,
    verbs: subVerbs,
    ...rest,
  });
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs,
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(categories.length === 0 ? {} : { categories }),
      storageVersionHash: storageVersionHash(definition),
    },
    ...(version.status ? [sub('status')] : []),
    ...(version.scale ? [sub('scale', { group: 'autoscaling', version: 'v1', kind: 'Scale' })] : []),
    ...(strategy.heldBack ? [sub('finalize', {}, ['update'])] : []),
  ];
}
