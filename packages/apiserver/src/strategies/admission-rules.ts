import { invalidTyped, notSupported, required, type StatusCause } from '@drover/api';
import type { RuleWithOperations } from '@drover/api/types/admissionregistration-v1';

const ANY = '*';
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];

/** What is wrong with a rule that says which requests a configuration is about. */
export function ruleCauses(
  { operations = [], apiGroups = [], apiVersions = [], resources = [], scope }: RuleWithOperations,
  at: string,
): StatusCause[] {
  const causes = [
    ...listCauses(operations, `${at}.operations`, 'operations', 'admissionregistration.OperationType'),
    ...listCauses(apiGroups, `${at}.apiGroups`, 'API groups'),
    ...listCauses(apiVersions, `${at}.apiVersions`, 'API versions'),
    ...resourceCauses(resources, `${at}.resources`),
  ];
  for (const [index, operation] of operations.entries()) {
    if (!OPERATIONS.includes(operation)) {
      causes.push(notSupported(`${at}.operations[${index}]`, operation, OPERATIONS));
    }
  }
  for (const [index, version] of apiVersions.entries()) {
    if (version === '') causes.push(required(`${at}.apiVersions[${index}]`));
  }
  if (scope !== undefined && !SCOPES.includes(scope)) causes.push(notSupported(`${at}.scope`, scope, SCOPES));
  return causes;
}

function listCauses(values: readonly string[], at: string, what: string, items = 'string'): StatusCause[] {
  if (values.length === 0) return [required(at)];
  if (values.length === 1 || !values.includes(ANY)) return [];
  return [invalidTyped(at, values, `if '*' is present, must not specify other ${what}`, items)];
}

function resourceCauses(resources: readonly string[], at: string): StatusCause[] {
  if (resources.length === 0) return [required(at)];
  const causes: StatusCause[] = [];
  const seen = new Set<string>();
  for (const [index, resource] of resources.entries()) {
    const [main = '', sub] = resource.split(/\/(.*)/s);
    if (resource === '') causes.push(required(`${at}[${index}]`));
    if (sub === undefined) continue;
    for (const wide of [`${main}/*`, `*/${sub}`]) {
      if (!seen.has(wide)) continue;
      causes.push(invalidTyped(`${at}[${index}]`, resource, `if '${wide}' is present, must not specify ${resource}`));
    }
    seen.add(resource);
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    causes.push(invalidTyped(at, resources, "if '*/*' is present, must not specify other resources"));
  }
  if (resources.includes(ANY) && resources.some((resource) => resource !== ANY && !resource.includes('/'))) {
    const why = "if '*' is present, must not specify other resources without subresources";
    causes.push(invalidTyped(at, resources, why));
  }
  return causes;
}
