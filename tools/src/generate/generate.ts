import { join } from 'node:path';
import { builtinTypes } from './builtin-types.js';
import { crdTypes, kindNames, type Shapes } from './crd-types.js';
import { type Crd, readCrds } from './crds.js';
import { index } from './index-file.js';
import { namesOf } from './names.js';
import { readOpenApi } from './openapi.js';
import { readProtobuf } from './protobuf.js';
import { readRbac } from './rbac.js';
import { readResources } from './resources.js';
import { HARVESTER_SIDE, RANCHER_SIDE, type Selection } from './selection.js';

/** Where the types go, from the repository's root. */
export const TYPES = 'packages/api/src/generated';
/** Where the documents go that are read at run time. */
export const DOCUMENTS = 'packages/api/generated';

/** Everything generated from the facts in a folder: path from the repository's root to content. */
export function generate(facts: string): Map<string, string> {
  const openapi = readOpenApi(join(facts, 'kubernetes/openapi-v3'));
  const resources = readResources(join(facts, 'kubernetes/api-resources.txt'), openapi);
  const harvester = readGroups(facts, HARVESTER_SIDE);
  const rancher = readGroups(facts, RANCHER_SIDE);
  const groups = [...harvester, ...rancher];

  const shapes: Shapes = new Map();
  const sources = [
    ...builtinTypes(openapi, resources),
    ...groups.map(({ file, crds, ...rest }) => crdTypes(file, crds, shapes, rest)),
  ];
  const builtinKinds = resources.map(({ group, version, kind, plural, component }) => ({
    file: component.split('.').slice(-3, -1).join('-'),
    ...namesOf(group, version, kind, plural),
  }));
  const crdKinds = groups.flatMap(({ file, crds }) => crds.map((crd) => ({ file, ...kindNames(crd) })));

  const documents = {
    'builtin-schemas': openapi.components,
    'builtin-resources': resources,
    'protobuf-tables': readProtobuf(join(facts, 'kubernetes/protobuf-fields.json'), openapi),
    'default-rbac': readRbac(join(facts, 'kubernetes/default-rbac.json')),
    'harvester-crds': harvester.flatMap(({ crds }) => crds),
    'rancher-crds': rancher.flatMap(({ crds }) => crds),
  };
  return new Map([
    ...sources.map((source): [string, string] => [`${TYPES}/types/${source.name}.ts`, source.toString()]),
    [`${TYPES}/kinds.ts`, index([...builtinKinds, ...crdKinds])],
    ...Object.entries(documents).map(([name, value]): [string, string] => [
      `${DOCUMENTS}/${name}.json`,
      `${JSON.stringify(value)}\n`,
    ]),
  ]);
}

type Group = Omit<Selection, 'folders'> & { readonly crds: readonly Crd[] };

function readGroups(facts: string, selection: readonly Selection[]): Group[] {
  return selection.map(({ folders, ...rest }) => ({
    ...rest,
    crds: folders.flatMap(({ folder, only }) => readCrds(join(facts, 'crds', folder), only)),
  }));
}
