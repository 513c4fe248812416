import type { GroupVersionKind, Operation, PathItem } from './operation.js';
import { capitalized, groupVersionName, tagOf } from './operation-name.js';
import {
  DELETE,
  DELETE_COLLECTION,
  FORCE,
  LIST,
  NAME,
  NAMESPACE,
  type Parameter,
  PRETTY,
  RESOURCE_VERSION,
  WRITE,
} from './parameter.js';

/** A resource or subresource of one version, with what its documents are called among the components. */
export interface PublishedResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** "status", "scale"; empty for the resource itself. */
  readonly subresource: string;
  /** Kind of the resource, of which operations have their names. */
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly builtin: boolean;
  /** What operations say that they are about. */
  readonly about: GroupVersionKind;
  readonly component: string;
  /** Of its lists. */
  readonly listComponent: string;
  /** Of what a deletion answers. */
  readonly deletedComponent: string;
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const STATUS = `${META}.Status`;
const ANSWERS = ['application/json', 'application/yaml'];
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const BUILTIN_ANSWERS = [...ANSWERS, PROTOBUF];
const WATCHES = [...BUILTIN_ANSWERS, 'application/json;stream=watch', `${PROTOBUF};stream=watch`];
const APPLY = 'application/apply-patch+yaml';
const PATCHES = ['application/json-patch+json', 'application/merge-patch+json'];
const CUSTOM_PATCHES = [...PATCHES, APPLY];
const BUILTIN_PATCHES = [...PATCHES, 'application/strategic-merge-patch+json', APPLY];

/** How RBAC's verbs are told as operations: by which method, as which action, by which word in their names, and what they do. */
const VERBS = {
  list: { method: 'get', action: 'list', word: 'list', does: 'Lists or watches' },
  create: { method: 'post', action: 'post', word: 'create', does: 'Creates' },
  deletecollection: { method: 'delete', action: 'deletecollection', word: 'delete', does: 'Deletes' },
  get: { method: 'get', action: 'get', word: 'read', does: 'Answers' },
  update: { method: 'put', action: 'put', word: 'replace', does: 'Replaces' },
  delete: { method: 'delete', action: 'delete', word: 'delete', does: 'Deletes' },
  patch: { method: 'patch', action: 'patch', word: 'patch', does: 'Changes parts of' },
} as const;

type Verb = keyof typeof VERBS;

/** The paths of a resource, each with the operations that its verbs allow. */
export function resourcePaths(resource: PublishedResource): PathItem[] {
  const { group, version, plural, subresource, namespaced, verbs } = resource;
  const head = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const collection = `${namespaced ? '/namespaces/{namespace}' : ''}/${plural}`;
  const place = namespaced ? [NAMESPACE, PRETTY] : [PRETTY];
  const item = [...place, NAME];
  const at = (path: string, wanted: readonly Verb[], parameters: readonly Parameter[]): PathItem => ({
    path: `${head}${path}`,
    operations: wanted
      .filter((verb) => verbs.includes(verb))
      .map((verb) => operation(resource, verb, [...parametersOf(resource, verb), ...parameters])),
  });
  const paths =
    subresource === ''
      ? [
          at(collection, ['list', 'create', 'deletecollection'], place),
          at(`${collection}/{name}`, ['get', 'update', 'delete', 'patch'], item),
          ...(namespaced && verbs.includes('list') ? [everywhere(resource, `${head}/${plural}`)] : []),
          ...(resource.builtin && verbs.includes('watch') ? watches(resource, head, collection) : []),
        ]
      : [at(`${collection}/{name}/${subresource}`, ['get', 'create', 'update', 'patch'], item)];
  return paths.filter(({ operations }) => operations.length > 0);
}

/** The list of a namespaced kind in all namespaces. */
function everywhere(resource: PublishedResource, path: string): PathItem {
  const listed = operation(resource, 'list', [...LIST, PRETTY]);
  const description = `Lists or watches objects of kind ${resource.kind} in all namespaces.`;
  return { path, operations: [{ ...listed, id: nameOf(resource, 'list', 'ForAllNamespaces'), description }] };
}

/** The old paths of watches. */
function watches(resource: PublishedResource, head: string, collection: string): PathItem[] {
  const { namespaced, plural, about, group, version, kind } = resource;
  const description = `Watches objects of kind ${kind}. Deprecated: lists have a parameter for that.`;
  const of = (path: string, action: string, id: string, parameters: readonly Parameter[]): PathItem => ({
    path: `${head}/watch${path}`,
    operations: [
      {
        method: 'get',
        id,
        tag: tagOf(group, version),
        description,
        about: { action, kind: about },
        parameters: [...LIST, PRETTY, ...parameters],
        takes: ['*/*'],
        answer: { component: `${META}.WatchEvent`, types: WATCHES },
        codes: [200],
      },
    ],
  });
  const place = namespaced ? [NAMESPACE] : [];
  const everywhereId = nameOf(resource, 'watch', 'ListForAllNamespaces');
  return [
    of(collection, 'watchlist', nameOf(resource, 'watch', 'List'), place),
    of(`${collection}/{name}`, 'watch', nameOf(resource, 'watch', ''), [...place, NAME]),
    ...(namespaced ? [of(`/${plural}`, 'watchlist', everywhereId, [])] : []),
  ];
}

function operation(resource: PublishedResource, verb: Verb, parameters: readonly Parameter[]): Operation {
  const { builtin, about, group, version } = resource;
  const { method, action, word } = VERBS[verb];
  const body = bodyOf(resource, verb);
  return {
    method,
    id: nameOf(resource, word, '', verb === 'deletecollection' ? 'Collection' : ''),
    tag: tagOf(group, version),
    description: `${VERBS[verb].does} ${objectOf(resource, verb)}.`,
    about: { action, kind: about },
    parameters,
    ...(body === undefined ? {} : { body }),
    takes: verb === 'patch' ? (builtin ? BUILTIN_PATCHES : CUSTOM_PATCHES) : builtin ? ['*/*'] : ANSWERS,
    answer: {
      component: answerOf(resource, verb),
      types: !builtin ? ANSWERS : verb === 'list' ? WATCHES : BUILTIN_ANSWERS,
    },
    codes: codesOf(builtin, verb),
  };
}

/** What a verb is done to. */
function objectOf({ kind, subresource }: PublishedResource, verb: Verb): string {
  if (verb === 'list') return `objects of kind ${kind}`;
  if (verb === 'deletecollection') return `the objects of kind ${kind} that are chosen`;
  return subresource === '' ? `an object of kind ${kind}` : `${subresource} of an object of kind ${kind}`;
}

/** "createAppsV1NamespacedDeployment", "readCoreV1NamespacedPodStatus". */
function nameOf(resource: PublishedResource, word: string, suffix: string, whole = ''): string {
  const { group, version, namespaced, kind, subresource } = resource;
  const scope = namespaced && !suffix.endsWith('ForAllNamespaces') ? 'Namespaced' : '';
  return `${word}${groupVersionName(group, version)}${whole}${scope}${kind}${capitalized(subresource)}${suffix}`;
}

function parametersOf({ builtin }: PublishedResource, verb: Verb): readonly Parameter[] {
  switch (verb) {
    case 'list':
      return LIST;
    case 'get':
      return builtin ? [] : [RESOURCE_VERSION];
    case 'create':
    case 'update':
      return WRITE;
    case 'patch':
      return [...WRITE, FORCE];
    case 'delete':
      return DELETE;
    case 'deletecollection':
      return builtin ? DELETE_COLLECTION : LIST;
  }
}

function bodyOf({ builtin, component }: PublishedResource, verb: Verb): Operation['body'] {
  switch (verb) {
    case 'create':
    case 'update':
      return { component, required: true };
    case 'patch':
      return { component: `${META}.Patch`, required: true };
    case 'delete':
      return { component: `${META}.DeleteOptions`, required: false };
    case 'deletecollection':
      return builtin ? { component: `${META}.DeleteOptions`, required: false } : undefined;
    default:
      return undefined;
  }
}

function answerOf({ component, listComponent, deletedComponent }: PublishedResource, verb: Verb): string {
  if (verb === 'list') return listComponent;
  if (verb === 'delete') return deletedComponent;
  return verb === 'deletecollection' ? STATUS : component;
}

function codesOf(builtin: boolean, verb: Verb): Operation['codes'] {
  if (verb === 'create') return [200, 201, 202];
  if (verb === 'delete') return [200, 202];
  return verb === 'update' || (verb === 'patch' && builtin) ? [200, 201] : [200];
}
