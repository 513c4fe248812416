import type { PathItem } from './operation.js';
import { groupName, groupVersionName, tagOf } from './operation-name.js';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const DISCOVERY = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** Where the server says which groups it has, which build it is, and whose tokens it gives; each by the name of its document. */
export const ROOT_PATHS: readonly (readonly [document: string, path: PathItem])[] = [
  ['api', told('/api/', 'getCoreAPIVersions', 'core', `${META}.APIVersions`)],
  ['apis', told('/apis/', 'getAPIVersions', 'apis', `${META}.APIGroupList`)],
  [
    'version',
    told('/version/', 'getCodeVersion', 'version', 'io.k8s.apimachinery.pkg.version.Info', ['application/json']),
  ],
  [
    '.well-known/openid-configuration',
    written(
      '/.well-known/openid-configuration/',
      'getServiceAccountIssuerOpenIDConfiguration',
      'WellKnown',
      'application/json',
    ),
  ],
  [
    'openid/v1/jwks',
    written('/openid/v1/jwks/', 'getServiceAccountIssuerOpenIDKeyset', 'openid', 'application/jwk-set+json'),
  ],
];

/** Where a group says which versions it has. */
export function groupPath(group: string): PathItem {
  return told(`/apis/${group}/`, `get${groupName(group)}APIGroup`, tagOf(group), `${META}.APIGroup`);
}

/** Where a group version says which resources it has. */
export function resourceListPath(group: string, version: string): PathItem {
  const path = group === '' ? `/api/${version}/` : `/apis/${group}/${version}/`;
  const id = `get${groupVersionName(group, version)}APIResources`;
  return told(path, id, tagOf(group, version), `${META}.APIResourceList`);
}

function told(path: string, id: string, tag: string, component: string, types = DISCOVERY): PathItem {
  const answer = { component, types };
  return { path, operations: [{ method: 'get', id, tag, parameters: [], takes: types, answer, codes: [200] }] };
}

/** What no component describes. */
function written(path: string, id: string, tag: string, type: string): PathItem {
  const answer = { types: [type] };
  return { path, operations: [{ method: 'get', id, tag, parameters: [], takes: [], answer, codes: [200] }] };
}
