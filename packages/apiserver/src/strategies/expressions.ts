import { duplicate, invalidTyped, qualifiedName, required, type StatusCause } from '@drover/api';
import { BOOL, type CelEnvironment, type CelType, CompileError, typeText } from '@drover/api/cel';
import type { MatchCondition } from '@drover/api/types/admissionregistration-v1';
import { expressionEnvironment } from '../admission/expression-environment.js';

/** Match conditions of one webhook or policy. */
const MATCH_CONDITIONS = 64;

/** What is wrong with an expression that has to have a value of one of the types. */
export function expressionCauses(
  environment: CelEnvironment,
  expression: string,
  at: string,
  ...wanted: readonly CelType[]
): StatusCause[] {
  try {
    const { type } = environment.compile(expression);
    return wanted.some((one) => typeText(one) === typeText(type))
      ? []
      : [invalidTyped(at, expression, wrongType(wanted, type))];
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return [invalidTyped(at, expression, `compilation failed: ${error.message}`)];
  }
}

/** What only the evaluation tells is of the wrong type too. */
function wrongType(wanted: readonly CelType[], got: CelType): string {
  const names = wanted.map((type) => (type.kind === 'null' ? 'null_type' : typeText(type)));
  const list = names.length === 1 ? names.join('') : `one of [${names.join(' ')}]`;
  return `must evaluate to ${list} but got ${typeText(got)}`;
}

/** What is wrong with match conditions. */
export function matchConditionCauses(
  conditions: readonly MatchCondition[],
  params: boolean,
  at: string,
): StatusCause[] {
  if (conditions.length > MATCH_CONDITIONS) {
    const message = `Too many: ${conditions.length}: must have at most ${MATCH_CONDITIONS} items`;
    return [{ reason: 'FieldValueTooMany', message, field: at }];
  }
  if (conditions.length === 0) return [];
  const environment = expressionEnvironment({ params, authorizer: true });
  return conditions.flatMap(({ name, expression }, index) => {
    const here = `${at}[${index}]`;
    const trimmed = expression.trim();
    const causes =
      trimmed === ''
        ? [required(`${here}.expression`)]
        : expressionCauses(environment, trimmed, `${here}.expression`, BOOL);
    const why = name === '' ? undefined : qualifiedName(name);
    if (name === '') causes.push(required(`${here}.name`));
    else if (why !== undefined) causes.push(invalidTyped(`${here}.name`, name, why));
    if (conditions.findIndex((other) => other.name === name) < index) causes.push(duplicate(`${here}.name`, name));
    return causes;
  });
}
