import type { PathItem } from './operation.js';
import { groupName, groupVersionName, tagOf } from './operation-name.js';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const DISCOVERY = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** Where the server says which groups it has, which build it is, and whose tokens it gives; each by the name of its document. */
export const ROOT_PATHS: readonly (readonly [document: string, path: PathItem])[] = [
  [
    'api',
    told('/api/', 'getCoreAPIVersions', 'core', 'Says which versions the core group has.', `${META}.APIVersions`),
  ],
  ['apis', told('/apis/', 'getAPIVersions', 'apis', 'Says which groups there are.', `${META}.APIGroupList`)],
  [
    'version',
    told(
      '/version/',
      'getCodeVersion',
      'version',
      'Says which build answers.',
      'io.k8s.apimachinery.pkg.version.Info',
      ['application/json'],
    ),
  ],
  [
    '.well-known/openid-configuration',
    written(
      '/.well-known/openid-configuration/',
      'getServiceAccountIssuerOpenIDConfiguration',
      'WellKnown',
      'Says who gives the tokens of service accounts, and where the keys are.',
      'application/json',
    ),
  ],
  [
    'openid/v1/jwks',
    written(
      '/openid/v1/jwks/',
      'getServiceAccountIssuerOpenIDKeyset',
      'openid',
      'Answers the keys by which tokens of service accounts are checked.',
      'application/jwk-set+json',
    ),
  ],
];

/** Where a group says which versions it has. */
export function groupPath(group: string): PathItem {
  return told(
    `/apis/${group}/`,
    `get${groupName(group)}APIGroup`,
    tagOf(group),
    'Says which versions the group has.',
    `${META}.APIGroup`,
  );
}

/** Where a group version says which resources it has. */
export function resourceListPath(group: string, version: string): PathItem {
  const path = group === '' ? `/api/${version}/` : `/apis/${group}/${version}/`;
  const id = `get${groupVersionName(group, version)}APIResources`;
  return told(path, id, tagOf(group, version), 'Says which resources there are.', `${META}.APIResourceList`);
}

function told(
  path: string,
  id: string,
  tag: string,
  description: string,
  component: string,
  types = DISCOVERY,
): PathItem {
  const answer = { component, types };
  return {
    path,
    operations: [{ method: 'get', id, tag, description, parameters: [], takes: types, answer, codes: [200] }],
  };
}

/** What no component describes. */
function written(path: string, id: string, tag: string, description: string, type: string): PathItem {
  const answer = { types: [type] };
  return {
    path,
    operations: [{ method: 'get', id, tag, description, parameters: [], takes: [], answer, codes: [200] }],
  };
}
