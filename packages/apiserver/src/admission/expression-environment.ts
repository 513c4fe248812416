import {
  AUTHORIZER,
  CelEnvironment,
  type CelType,
  DYN,
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
const NAMESPACE = record('kubernetes.Namespace', {
  metadata: record('kubernetes.NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: mapOf(STRING, STRING),
    annotations: mapOf(STRING, STRING),
    UID: STRING,
    creationTimestamp: STRING,
    deletionTimestamp: STRING,
    deletionGracePeriodSeconds: scalar('int'),
    generation: scalar('int'),
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  }),
  spec: record('kubernetes.NamespaceSpec', { finalizers: listOf(STRING) }),
  status: record('kubernetes.NamespaceStatus', { phase: STRING }),
});

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
    namespaceObject: NAMESPACE,
    ...(params ? { params: DYN } : {}),
    ...(variables === undefined ? {} : { variables: objectOf('kubernetes.variables', variables) }),
    ...(authorizer ? { authorizer: AUTHORIZER, 'authorizer.requestResource': RESOURCE_CHECK } : {}),
  });
}
