import { type CelType, CompileError, DYN, declaredType } from '@drover/api/cel';
import type {
  ExpressionWarning,
  NamedRuleWithOperations,
  ValidatingAdmissionPolicySpec,
} from '@drover/api/types/admissionregistration-v1';
import type { ResourceCatalog } from '../catalog/catalog.js';
import type { Served } from '../catalog/definition.js';
import { expressionEnvironment } from './expression-environment.js';

/** Kinds that the expressions of one policy are checked against (apiserver maxTypesToCheck). */
const KINDS = 10;

/** What the expressions of a policy ask that the kinds it names do not have. It is told, and refused only when evaluated. */
export function expressionWarnings(
  spec: ValidatingAdmissionPolicySpec,
  catalog: ResourceCatalog,
): readonly ExpressionWarning[] {
  const kinds = namedKinds(spec.matchConstraints?.resourceRules ?? [], catalog);
  const expressions = (spec.validations ?? []).flatMap(({ expression, messageExpression = '' }, index) => [
    { fieldRef: `spec.validations[${index}].expression`, expression, authorizer: true },
    ...(messageExpression === ''
      ? []
      : [
          {
            fieldRef: `spec.validations[${index}].messageExpression`,
            expression: messageExpression,
            authorizer: false,
          },
        ]),
  ]);
  return expressions.flatMap(({ fieldRef, expression, authorizer }) => {
    const faults = kinds.flatMap((kind) => {
      const fault = faultOf(spec, expression, kind, authorizer);
      return fault === undefined ? [] : [`${kindText(kind)}: ${fault}\n`];
    });
    return faults.length === 0 ? [] : [{ fieldRef, warning: faults.join('\n') }];
  });
}

/** The kinds that rules name, without those that only a wildcard covers. */
function namedKinds(rules: readonly NamedRuleWithOperations[], catalog: ResourceCatalog): readonly Served[] {
  const found = new Set<Served>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of rules) {
    for (const group of apiGroups) {
      for (const version of apiVersions) {
        for (const resource of resources) {
          const served = catalog.served(group, version, resource);
          if (served !== undefined) found.add(served);
        }
      }
    }
  }
  return [...found].sort((a, b) => (kindText(a) < kindText(b) ? -1 : 1)).slice(0, KINDS);
}

function faultOf(
  spec: ValidatingAdmissionPolicySpec,
  expression: string,
  kind: Served,
  authorizer: boolean,
): string | undefined {
  const object = declaredType(kind.version.schema().root, kind.definition.kind, false)?.type ?? DYN;
  const scope = { params: spec.paramKind !== undefined, object };
  const variables = new Map<string, CelType>();
  try {
    for (const variable of spec.variables ?? []) {
      const { type } = expressionEnvironment({ ...scope, authorizer: true, variables }).compile(variable.expression);
      variables.set(variable.name, type);
    }
    expressionEnvironment({ ...scope, authorizer, variables }).compile(expression);
    return undefined;
  } catch (error) {
    if (error instanceof CompileError) return error.message;
    throw error;
  }
}

function kindText({ definition, version }: Served): string {
  return `${definition.group}/${version.name}, Kind=${definition.kind}`;
}
