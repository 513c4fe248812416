import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtinTypes } from './builtin-types.js';
import { crdTypes, kindNames, type Shapes } from './crd-types.js';
import { readCrds } from './crds.js';
import { index } from './index-file.js';
import { namesOf } from './names.js';
import { readOpenApi } from './openapi.js';
import { readProtobuf } from './protobuf.js';
import { readRbac } from './rbac.js';
import { readResources } from './resources.js';
import { HARVESTER_SIDE, RANCHER_SIDE } from './selection.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const shared = process.argv[2] ?? process.env['DROVER_SHARED'] ?? join(repository, '..', 'shared');
const facts = join(shared, 'data');
const types = join(repository, 'packages/api/src/generated/types');
const documents = join(repository, 'packages/api/generated');

const openapi = readOpenApi(join(facts, 'kubernetes/openapi-v3'));
const resources = readResources(join(facts, 'kubernetes/api-resources.txt'), openapi);
const read = (selection: typeof HARVESTER_SIDE) =>
  selection.map(({ folders, ...rest }) => ({
    ...rest,
    crds: folders.flatMap(({ folder, only }) => readCrds(join(facts, 'crds', folder), only)),
  }));
const harvester = read(HARVESTER_SIDE);
const rancher = read(RANCHER_SIDE);

const groups = [...harvester, ...rancher];
const shapes: Shapes = new Map();
const sources = [
  ...builtinTypes(openapi, resources),
  ...groups.map(({ file, crds, ...rest }) => crdTypes(file, crds, shapes, rest)),
];
rmSync(types, { recursive: true, force: true });
mkdirSync(types, { recursive: true });
for (const source of sources) writeFileSync(join(types, `${source.name}.ts`), source.toString());

const builtinKinds = resources.map(({ group, version, kind, plural, component }) => ({
  file: component.split('.').slice(-3, -1).join('-'),
  ...namesOf(group, version, kind, plural),
}));
const crdKinds = groups.flatMap(({ file, crds }) => crds.map((crd) => ({ file, ...kindNames(crd) })));
writeFileSync(join(types, '..', 'kinds.ts'), index([...builtinKinds, ...crdKinds]));

const document = (name: string, value: unknown): void =>
  writeFileSync(join(documents, name), `${JSON.stringify(value)}\n`);
mkdirSync(documents, { recursive: true });
document('builtin-schemas.json', openapi.components);
document('builtin-resources.json', resources);
document('protobuf-tables.json', readProtobuf(join(facts, 'kubernetes/protobuf-fields.json'), openapi));
document('default-rbac.json', readRbac(join(facts, 'kubernetes/default-rbac.json')));
document(
  'harvester-crds.json',
  harvester.flatMap(({ crds }) => crds),
);
document(
  'rancher-crds.json',
  rancher.flatMap(({ crds }) => crds),
);
console.log(`${sources.length} files of types, ${builtinKinds.length + crdKinds.length} kinds`);
