import { readFileSync } from 'node:fs';
import type { OpenApi } from './openapi.js';

/** A built-in resource as discovery lists it. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** Name of the OpenAPI component of its objects. */
  readonly component: string;
  readonly subresources: readonly Subresource[];
}

/** A subresource of a built-in resource, with the kind of its documents. */
export interface Subresource {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

type Form = Omit<Subresource, 'name'>;
const PROXY = ['create', 'delete', 'get', 'patch', 'update'];
const form = (group: string, version: string, kind: string, verbs: readonly string[]): Form => ({
  group,
  version,
  kind,
  verbs,
});

/** Subresources whose documents are of another kind than their resource; the rest read and write the resource itself. */
const FORMS: Readonly<Record<string, Form>> = {
  'pods/attach': form('', 'v1', 'PodAttachOptions', ['create', 'get']),
  'pods/binding': form('', 'v1', 'Binding', ['create']),
  'pods/eviction': form('policy', 'v1', 'Eviction', ['create']),
  'pods/exec': form('', 'v1', 'PodExecOptions', ['create', 'get']),
  'pods/log': form('', 'v1', 'Pod', ['get']),
  'pods/portforward': form('', 'v1', 'PodPortForwardOptions', ['create', 'get']),
  'pods/proxy': form('', 'v1', 'PodProxyOptions', PROXY),
  'services/proxy': form('', 'v1', 'ServiceProxyOptions', PROXY),
  'nodes/proxy': form('', 'v1', 'NodeProxyOptions', PROXY),
  'serviceaccounts/token': form('authentication.k8s.io', 'v1', 'TokenRequest', ['create']),
  'namespaces/finalize': form('', 'v1', 'Namespace', ['update']),
};

/** Reads `kubectl api-resources` output and adds each group version and subresource the paths tell of. */
export function readResources(file: string, { components, paths }: OpenApi): Resource[] {
  const rows = parseTable(readFileSync(file, 'utf8'));
  const served = rows.flatMap((row) => versionsOf(row, paths).map((version) => ({ ...row, version })));
  return served.map(({ group, version, plural, kind, shortNames, namespaced, verbs, categories }) => ({
    group,
    version,
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames,
    categories,
    namespaced,
    verbs,
    component: componentOf(components, group, version, kind),
    subresources: subresourcesOf(paths, group, version, plural, kind),
  }));
}

interface Row {
  group: string;
  version: string;
  plural: string;
  kind: string;
  shortNames: string[];
  namespaced: boolean;
  verbs: string[];
  categories: string[];
}

function parseTable(text: string): Row[] {
  const [header = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '');
  const titles = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', 'VERBS', 'CATEGORIES'];
  const starts = titles.map((title) => header.indexOf(title));
  return lines.map((line) => {
    const cell = (title: string): string => {
      const column = titles.indexOf(title);
      return line.slice(starts[column], starts[column + 1]).trim();
    };
    const list = (title: string): string[] => cell(title).split(',').filter(Boolean);
    const [version = '', group = ''] = cell('APIVERSION').split('/').reverse();
    return {
      group,
      version,
      plural: cell('NAME'),
      kind: cell('KIND'),
      shortNames: list('SHORTNAMES'),
      namespaced: cell('NAMESPACED') === 'true',
      verbs: list('VERBS'),
      categories: list('CATEGORIES'),
    };
  });
}

const root = (group: string, version: string): string =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`;

/** The table lists the preferred version only; the paths tell of the others. */
function versionsOf({ group, version, plural, namespaced }: Row, paths: readonly string[]): string[] {
  if (group === '') return [version];
  const path = new RegExp(
    `^/apis/${group.replaceAll('.', '\\.')}/([^/]+)/${namespaced ? '(?:namespaces/\\{namespace\\}/)?' : ''}${plural}$`,
  );
  const found = new Set(paths.flatMap((candidate) => path.exec(candidate)?.[1] ?? []));
  return [...found.add(version)].sort();
}

function componentOf(components: OpenApi['components'], group: string, version: string, kind: string): string {
  const found = Object.entries(components).find(([, schema]) =>
    schema['x-kubernetes-group-version-kind']?.some(
      (gvk) => gvk.group === group && gvk.version === version && gvk.kind === kind,
    ),
  );
  if (!found) throw new Error(`no schema for ${group}/${version} ${kind}`);
  return found[0];
}

function subresourcesOf(
  paths: readonly string[],
  group: string,
  version: string,
  plural: string,
  kind: string,
): Subresource[] {
  const prefixes = [
    `${root(group, version)}/namespaces/{namespace}/${plural}/{name}/`,
    `${root(group, version)}/${plural}/{name}/`,
  ];
  const names = paths.flatMap((path) => {
    const prefix = prefixes.find((candidate) => path.startsWith(candidate));
    return prefix === undefined ? [] : [path.slice(prefix.length)];
  });
  return names
    .filter((name) => name !== '' && !name.includes('/'))
    .map((name) => {
      const scale = form('autoscaling', 'v1', 'Scale', ['get', 'patch', 'update']);
      const same = form(group, version, kind, ['get', 'patch', 'update']);
      return { name, ...(FORMS[`${plural}/${name}`] ?? (name === 'scale' ? scale : same)) };
    });
}
