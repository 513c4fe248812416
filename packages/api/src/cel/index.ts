export { CostMeter } from './cost/meter.js';
export { type DeclaredType, declaredType } from './declared-type.js';
export { CelEnvironment, PER_CALL_LIMIT, type Program, ResultTypeError, type Variables } from './environment.js';
export { CostExceeded, EvaluationError, TurnOver } from './evaluation-error.js';
export { EvaluationTurn } from './evaluation-turn.js';
export { jsonValue } from './json-value.js';
export {
  type Ask,
  AUTHORIZER,
  type AuthorizationAnswer,
  type AuthorizationQuestion,
  CelAuthorizer,
  RESOURCE_CHECK,
  ResourceCheck,
} from './library/authorizer.js';
export { CompileError } from './source-error.js';
export { BOOL, type CelType, DYN, listOf, mapOf, objectOf, STRING, scalar, typeText } from './type.js';
export { type CelValue, LazyMap } from './value.js';
