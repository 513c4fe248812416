// What inputs are made of: documents that are right, to be changed a little, and the words that matter to who reads them.

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'default', labels: { app: 'web' }, finalizers: ['x.io/y'] },
  spec: {
    containers: [
      { name: 'c', image: 'i:1', ports: [{ containerPort: 80, protocol: 'TCP' }], env: [{ name: 'A', value: '1' }] },
    ],
    tolerations: [{ key: 'k', operator: 'Exists' }],
  },
};

export const JSON_DOCUMENTS: readonly string[] = [
  JSON.stringify(POD),
  '{"a":[1,-0.5e10,true,null,"\\u0041\\n"],"b":{"c":{}}}',
  `${'['.repeat(60)}${']'.repeat(60)}`,
];
export const JSON_TOKENS: readonly string[] = [
  '{"a":',
  '[',
  ']',
  '}',
  '"',
  '\\u',
  '\\ud800',
  '1e999',
  '-0',
  '"__proto__":',
  '"constructor":',
  '9007199254740993',
  ',',
  '\u2028',
];

export const YAML_DOCUMENTS: readonly string[] = [
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  text: |\n    lines\n    more\n  flag: "yes"\n',
  'a: &x [1, 2]\nb: *x\nc: {d: 0o17, e: .inf, f: ~}\n---\n- 1\n',
  'a: &a {b: &b [x, x]}\nc: [*a, *b, *b]\n',
];
export const YAML_TOKENS: readonly string[] = [
  '&x ',
  '*x',
  '<<: ',
  '!!binary ',
  '!!js/function ',
  '- ',
  ': ',
  '|\n',
  '>-\n',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '{',
  '[',
  '? ',
  '\t',
  '"',
];

export const PATCHES: readonly string[] = [
  '[{"op":"add","path":"/spec/containers/-","value":{"name":"d"}},{"op":"test","path":"/metadata/name","value":"a"}]',
  '[{"op":"move","from":"/spec","path":"/metadata/x~1y"},{"op":"copy","from":"/metadata","path":"/spec/a"},{"op":"remove","path":"/kind"}]',
  '{"metadata":{"labels":{"app":null,"b":"c"}},"spec":{"containers":[{"name":"c","image":"j"}]}}',
  '{"spec":{"$setElementOrder/containers":[{"name":"c"}],"containers":[{"$patch":"delete","name":"c"},{"$patch":"replace"}],"tolerations":[]}}',
  '{"metadata":{"$retainKeys":["name"],"name":"a","finalizers":["q/r"],"$deleteFromPrimitiveList/finalizers":["x.io/y"]},"spec":{"$patch":"merge"}}',
  '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"c","ports":[{"containerPort":80,"protocol":"TCP"}]}]}}',
];
export const PATCH_TOKENS: readonly string[] = [
  ...JSON_TOKENS,
  '"$patch":"delete"',
  '"$patch":"replace"',
  '"$setElementOrder/containers":',
  '"$deleteFromPrimitiveList/finalizers":',
  '"$retainKeys":',
  '"path":"/-"',
  '"path":""',
  '~2',
  '"op":"move"',
  '"containers":null',
];

export const SELECTORS: readonly string[] = [
  'app=web,tier!=front',
  'a in (b, c),d notin (e),!f,g',
  'metadata.name=a,spec.nodeName!=b',
  'x.io/y>5,z<3',
];
export const SELECTOR_TOKENS: readonly string[] = [
  ' in ',
  ' notin ',
  '(',
  ')',
  ',',
  '!',
  '=',
  '==',
  '!=',
  '\\',
  '>',
  ' ',
];

export const QUERIES: readonly string[] = [
  'limit=5&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MX0&resourceVersion=1&resourceVersionMatch=Exact',
  'watch=true&allowWatchBookmarks=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=3',
  'dryRun=All&fieldManager=a&fieldValidation=Strict&force=true&labelSelector=a%3Db&fieldSelector=c%21%3Dd',
];
export const QUERY_TOKENS: readonly string[] = [
  '&',
  '=',
  '%',
  '%00',
  '%zz',
  'limit=',
  '-1',
  '99999999999999999999',
  '1e3',
  '0x1',
  'true',
  ' ',
];

export const PATHS: readonly string[] = [
  '/api/v1/namespaces/default/pods/a/status',
  '/apis/apps/v1/deployments',
  '/apis/subresources.kubevirt.io/v1/namespaces/a/virtualmachines/b/addvolume/x',
  '/openapi/v3/apis/apps/v1',
];
export const PATH_TOKENS: readonly string[] = [
  '/',
  '//',
  '..',
  '%2f',
  '%2e%2e',
  '%',
  '%00',
  'namespaces',
  '?',
  '#',
  'api',
  'status',
];

export const ACCEPTS: readonly string[] = [
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  'application/vnd.kubernetes.protobuf;q=0.5, */*;q=0.1',
];
export const ACCEPT_TOKENS: readonly string[] = [';', ',', 'q=', 'as=', '*/*', '"', '=', '/'];

export const EXPRESSIONS: readonly string[] = [
  'self.replicas <= self.maxReplicas && has(self.name)',
  'self.items.all(i, i.name.matches("^[a-z]+$")) ? 1 : 2',
  '{"a": [1, 2u, 3.0, b"x"]}.map(k, k + "b").exists_one(x, x == "ab")',
  'object.spec.containers.filter(c, !(c.image in ["a", "b"])).size() > 0 || quantity("1Gi").isGreaterThan(quantity("1Mi"))',
];
export const EXPRESSION_TOKENS: readonly string[] = [
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '?',
  ':',
  '&&',
  '||',
  '!',
  '-',
  '.all(x, ',
  '.map(x, ',
  'has(',
  '"',
  "'",
  'r"',
  '\\',
  '0x',
  '1e400',
  '.',
  ',',
  'in',
];

export const QUANTITIES: readonly string[] = ['100m', '1.5Gi', '-2e3', '0.000000001', '12E', '1Ki'];
export const QUANTITY_TOKENS: readonly string[] = ['e', 'E', 'i', '.', '-', '+', '0', '9999999999', 'Ki'];

/** Protobuf of kubectl's kind: an envelope around a message. */
export const PROTOBUFS: readonly Uint8Array[] = [
  body('v1', 'Secret', '0a0c0a016122004a050a016b12017612080a01611203000102'),
  body('v1', 'Pod', '0a030a0161120d120b0a0163120169300a32025450'),
  body('apps/v1', 'Deployment', '0a030a016112100803120a0a080a036170701201621a00'),
];
export const PROTOBUF_TOKENS: readonly string[] = ['k8s\u0000', '\n', '\u0012', '\u0000', '\u007f', '\u0001', '\u000f'];

function body(apiVersion: string, kind: string, hex: string): Uint8Array {
  const field = (number: number, bytes: Uint8Array): Uint8Array =>
    Uint8Array.from([number * 8 + 2, bytes.length, ...bytes]);
  const type = Buffer.concat([field(1, Buffer.from(apiVersion)), field(2, Buffer.from(kind))]);
  return Buffer.concat([Buffer.from('k8s\u0000'), field(1, type), field(2, Buffer.from(hex, 'hex'))]);
}
