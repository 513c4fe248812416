import {
  dns1035Label,
  dnsSubdomain,
  duplicate,
  invalidTyped,
  notSupported,
  qualifiedName,
  required,
  type StatusCause,
} from '@drover/api';
import { BOOL, type CelType, CompileError, STRING, scalar } from '@drover/api/cel';
import type {
  AuditAnnotation,
  ParamKind,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicySpec,
  Validation,
  Variable,
} from '@drover/api/types/admissionregistration-v1';
import { expressionEnvironment } from '../admission/expression-environment.js';
import type { Strategy } from '../catalog/strategy.js';
import { absent, inner, loose } from './absent.js';
import { expressionCauses, matchConditionCauses } from './expressions.js';
import { fillMatchResources, matchResourceCauses } from './match-resources.js';
import { counted, statusAlone } from './plain.js';

const AUDIT_ANNOTATIONS = 20;
/** Bytes of an annotation's expression. */
const EXPRESSION_BYTES = 5 * 1024;
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** Policies whose rules are expressions. */
export const validatingAdmissionPolicy: Strategy = {
  ...counted,
  ...statusAlone,
  fill: (object) => {
    const spec = inner(loose(object), 'spec');
    absent(spec, 'failurePolicy', 'Fail');
    fillMatchResources(inner(spec, 'matchConstraints'));
  },
  validate: (object) => policyCauses(object as ValidatingAdmissionPolicy),
};

function policyCauses({ metadata, spec = {} }: ValidatingAdmissionPolicy): StatusCause[] {
  const { paramKind, matchConstraints, matchConditions = [], validations = [], auditAnnotations = [] } = spec;
  const params = paramKind !== undefined;
  const causes = params ? paramKindCauses(paramKind) : [];
  if (matchConstraints === undefined) causes.push(required('spec.matchConstraints'));
  else {
    causes.push(...matchResourceCauses(matchConstraints, 'spec.matchConstraints'));
    if ((matchConstraints.resourceRules ?? []).length === 0) {
      causes.push(required('spec.matchConstraints.resourceRules'));
    }
  }
  causes.push(...matchConditionCauses(matchConditions, params, 'spec.matchConditions'));
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const why = 'validations or auditAnnotations must contain at least one item';
    return [...causes, required('spec.validations', why), required('spec.auditAnnotations', why)];
  }
  return [...causes, ...expressionsCauses(spec, metadata.name ?? '')];
}

/** What is wrong with expressions: each may use the variables that were declared before it. */
function expressionsCauses(spec: ValidatingAdmissionPolicySpec, policy: string): StatusCause[] {
  const { variables = [], validations = [], auditAnnotations = [] } = spec;
  const params = spec.paramKind !== undefined;
  const types = new Map<string, CelType>();
  // Without a declaration there is nothing to refer to.
  const scope = { params, ...(variables.length === 0 ? {} : { variables: types }) };
  const declared = variables.flatMap((variable, index) => variableCauses(variable, scope, `spec.variables[${index}]`));
  const found = [
    ...declared,
    ...validations.flatMap((validation, index) => validationCauses(validation, scope, `spec.validations[${index}]`)),
  ];
  if (auditAnnotations.length > AUDIT_ANNOTATIONS) {
    const why = `must not have more than ${AUDIT_ANNOTATIONS} auditAnnotations`;
    found.push(invalidTyped('spec.auditAnnotations', auditAnnotations, why));
  }
  for (const [index, annotation] of auditAnnotations.entries()) {
    const at = `spec.auditAnnotations[${index}]`;
    found.push(...annotationCauses(annotation, policy, scope, at));
    if (auditAnnotations.findIndex(({ key }) => key === annotation.key) < index) {
      found.push(duplicate(`${at}.key`, annotation.key));
    }
  }
  return found;
}

interface Scope {
  readonly params: boolean;
  readonly variables?: Map<string, CelType>;
}

function variableCauses({ name, expression }: Variable, scope: Scope, at: string): StatusCause[] {
  const causes: StatusCause[] = [];
  if (name.trim() === '') causes.push(required(`${at}.name`, 'name is not specified'));
  else if (!IDENTIFIER.test(name) || RESERVED.has(name)) {
    causes.push(invalidTyped(`${at}.name`, name, 'name is not a valid CEL identifier'));
  }
  if (expression.trim() === '') return [...causes, required(`${at}.expression`, 'expression is not specified')];
  try {
    const { type } = expressionEnvironment({ ...scope, authorizer: true }).compile(expression);
    scope.variables?.set(name, type);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    causes.push(invalidTyped(`${at}.expression`, expression, `compilation failed: ${error.message}`));
  }
  return causes;
}

function validationCauses(validation: Validation, scope: Scope, at: string): StatusCause[] {
  const { expression, message = '', messageExpression = '', reason } = validation;
  const causes =
    expression.trim() === ''
      ? [required(`${at}.expression`, 'expression is not specified')]
      : expressionCauses(expressionEnvironment({ ...scope, authorizer: true }), expression, `${at}.expression`, BOOL);
  if (messageExpression !== '' && messageExpression.trim() === '') {
    causes.push(invalidTyped(`${at}.messageExpression`, messageExpression, 'must be non-empty if specified'));
  } else if (messageExpression !== '') {
    const environment = expressionEnvironment({ ...scope, authorizer: false });
    causes.push(...expressionCauses(environment, messageExpression, `${at}.messageExpression`, STRING));
  }
  if (message !== '' && message.trim() === '') {
    causes.push(invalidTyped(`${at}.message`, message, 'message must be non-empty if specified'));
  } else if (/[\n\r]/.test(message.trim())) {
    causes.push(invalidTyped(`${at}.message`, message, 'message must not contain line breaks'));
  }
  if (reason !== undefined && !REASONS.includes(reason)) {
    causes.push(notSupported(`${at}.reason`, reason, REASONS));
  }
  return causes;
}

function annotationCauses(
  { key, valueExpression }: AuditAnnotation,
  policy: string,
  scope: Scope,
  at: string,
): StatusCause[] {
  const name = `${policy}/${key}`;
  const why = qualifiedName(name);
  const causes = why === undefined ? [] : [invalidTyped(`${at}.key`, name, why)];
  const trimmed = valueExpression.trim();
  if (trimmed === '') return [...causes, required(`${at}.valueExpression`, 'valueExpression is not specified')];
  if (trimmed.length > EXPRESSION_BYTES) {
    return [...causes, required(`${at}.valueExpression`, `must not exceed ${EXPRESSION_BYTES} bytes in length`)];
  }
  const environment = expressionEnvironment({ ...scope, authorizer: true });
  return [...causes, ...expressionCauses(environment, trimmed, `${at}.valueExpression`, STRING, scalar('null'))];
}

function paramKindCauses({ apiVersion = '', kind = '' }: ParamKind): StatusCause[] {
  const at = 'spec.paramKind';
  const causes: StatusCause[] = [];
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const badGroup = group === '' ? undefined : dnsSubdomain(group);
  const badVersion = dns1035Label(version);
  if (apiVersion === '') causes.push(required(`${at}.apiVersion`));
  else if (apiVersion.split('/').length > 2) {
    causes.push(invalidTyped(`${at}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  } else if (badGroup !== undefined) causes.push(invalidTyped(`${at}.apiVersion`, group, badGroup));
  else if (badVersion !== undefined) causes.push(invalidTyped(`${at}.apiVersion`, version, badVersion));
  const badKind = dns1035Label(kind.toLowerCase());
  if (kind === '') causes.push(required(`${at}.kind`));
  else if (badKind !== undefined) {
    const why = `may have mixed case, but should otherwise match: ${badKind}`;
    causes.push(invalidTyped(`${at}.kind`, kind, why));
  }
  return causes;
}
