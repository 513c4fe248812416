import type { Schema } from '@drover/api';
import { builtinResources } from '@drover/api/schemas';
import type { ResourceDefinition, Served, VersionDefinition } from '../catalog/definition.js';
import { customComponent, customListComponent } from './custom-component.js';
import type { PathItem } from './operation.js';
import { resourcesOf, type VirtualResource } from './resource-list.js';
import { type PublishedResource, resourcePaths } from './resource-operations.js';
import { resourceListPath } from './root-paths.js';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const SCALE = 'io.k8s.api.autoscaling.v1.Scale';
const STATUS = `${META}.Status`;

/** What is answered without being stored, with the name of its documents' schema. */
export interface PublishedQuestion extends VirtualResource {
  readonly component: string;
  readonly documents?: { readonly group: string; readonly version: string };
}

/** What is served in one group version. */
export interface PublishedVersion {
  readonly group: string;
  readonly version: string;
  readonly kinds: readonly Served[];
  readonly questions: readonly PublishedQuestion[];
}

/** The named schema of a kind's version. Custom kinds are named by their group, turned around. */
export interface Component {
  readonly name: string;
  readonly schema: () => Schema;
}

/** The schemas of the custom kinds of a group version, and of their lists. Those of built-in kinds are known. */
export function customComponents({ kinds }: PublishedVersion): Component[] {
  return kinds
    .filter(({ definition }) => !definition.builtin)
    .flatMap(({ definition, version }) => {
      const name = componentName(definition, version);
      return [
        { name, schema: () => customComponent(definition, version) },
        {
          name: listComponentName(definition, version),
          schema: () => customListComponent(definition, version, name),
        },
      ];
    });
}

/** The paths of a group version, resource by resource. */
export function* versionPaths(published: PublishedVersion): Generator<PathItem> {
  const { kinds, questions, group, version } = published;
  if (isBuiltin(published)) yield resourceListPath(group, version);
  for (const kind of kinds) for (const resource of kindResources(kind)) yield* resourcePaths(resource);
  for (const question of questions) yield* resourcePaths(questionResource(question));
}

/** Whether a group version is Kubernetes' own. */
export function isBuiltin({ kinds, questions }: PublishedVersion): boolean {
  return questions.length > 0 || kinds.some(({ definition }) => definition.builtin);
}

function componentName({ builtin, group, kind }: ResourceDefinition, { component, name }: VersionDefinition): string {
  return builtin ? component : [...group.split('.').reverse(), name, kind].join('.');
}

function listComponentName(definition: ResourceDefinition, { component, name }: VersionDefinition): string {
  const { builtin, group, listKind } = definition;
  return builtin ? `${component}List` : [...group.split('.').reverse(), name, listKind].join('.');
}

function kindResources({ definition, version }: Served): PublishedResource[] {
  const { group, kind, plural, namespaced, builtin, strategy } = definition;
  const own = { group, version: version.name, kind };
  const component = componentName(definition, version);
  return resourcesOf(definition, version).map((listed) => {
    const subresource = listed.name.slice(plural.length + 1);
    const scale = subresource === 'scale';
    return {
      ...own,
      plural,
      subresource,
      namespaced,
      builtin,
      verbs: listed.verbs,
      about: scale && builtin ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : own,
      component: scale ? SCALE : component,
      listComponent: listComponentName(definition, version),
      deletedComponent: strategy.returnsDeleted ? component : STATUS,
    };
  });
}

function questionResource(question: PublishedQuestion): PublishedResource {
  const { ofGroup: group, ofVersion: version, name, namespaced, verbs, component, documents, kind } = question;
  const [plural = '', subresource = ''] = name.split('/');
  const parent = builtinResources().find((resource) => resource.group === group && resource.plural === plural);
  return {
    group,
    version,
    plural,
    subresource,
    kind: subresource === '' ? kind : (parent?.kind ?? kind),
    namespaced,
    builtin: true,
    verbs,
    about: { group, version, kind, ...documents },
    component,
    listComponent: `${component}List`,
    deletedComponent: STATUS,
  };
}

const REF = '#/components/schemas/';

/** The components that a schema refers to, however deep. */
export function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner.slice(REF.length)] : references(inner),
  );
}
