import { type OpenSchema, openSchema } from '@drover/api';
import {
  AUTHORIZER,
  CelEnvironment,
  type CelType,
  DYN,
  declaredType,
  listOf,
  mapOf,
  objectOf,
  RESOURCE_CHECK,
  STRING,
  scalar,
} from '@drover/api/cel';

const record = (name: string, fields: Readonly<Record<string, CelType>>): CelType =>
  objectOf(name, new Map(Object.entries(fields)));

const KIND = record('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING });
const RESOURCE = record('kubernetes.GroupVersionResource', { group: STRING, version: STRING, resource: STRING });
const USER = record('kubernetes.UserInfo', {
  username: STRING,
  uid: STRING,
  groups: listOf(STRING),
  extra: mapOf(STRING, listOf(STRING)),
});

/** The variable `request`: an AdmissionRequest without its objects, which are variables of their own. */
const REQUEST = record('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: scalar('bool'),
  options: DYN,
});

/** The variable `namespaceObject`: what expressions may see of the object's namespace. */
export const NAMESPACE: OpenSchema = openSchema({
  type: 'object',
  properties: {
    spec: { type: 'object', properties: { finalizers: { type: 'array', items: { type: 'string' } } } },
    status: { type: 'object', properties: { phase: { type: 'string' } } },
  },
});
const NAMESPACE_TYPE = declaredType(NAMESPACE.root, 'kubernetes.Namespace', false)?.type ?? DYN;

/** What expressions of one place may ask about, beside the request and its objects. */
export interface ExpressionScope {
  readonly params: boolean;
  readonly authorizer: boolean;
  /** Types of the variables that a policy declared before this expression. */
  readonly variables?: ReadonlyMap<string, CelType>;
  /** The type of the objects, where it is known. */
  readonly object?: CelType;
}

/** Where expressions of webhooks and policies are compiled. */
export function expressionEnvironment(scope: ExpressionScope): CelEnvironment {
  const { params, authorizer, variables, object = DYN } = scope;
  return new CelEnvironment({
    object,
    oldObject: object,
    request: REQUEST,
    namespaceObject: NAMESPACE_TYPE,
    ...(params ? { params: DYN } : {}),
    ...(variables === undefined ? {} : { variables: objectOf('kubernetes.variables', variables) }),
    ...(authorizer ? { authorizer: AUTHORIZER, 'authorizer.requestResource': RESOURCE_CHECK } : {}),
  });
}
