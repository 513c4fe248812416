import { CostMeter } from '../cel/cost/meter.js';
import { PER_CALL_LIMIT, type Program, type Variables } from '../cel/environment.js';
import { CostExceeded, EvaluationError, TurnOver } from '../cel/evaluation-error.js';
import { EvaluationTurn } from '../cel/evaluation-turn.js';
import { jsonValue } from '../cel/json-value.js';
import { CelOptional, type CelValue } from '../cel/value.js';
import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject, KubeObject, StatusCause } from '../object.js';
import { duplicateValue, forbiddenField, required, typedValue } from './field-cause.js';
import { FieldPath } from './field-path.js';
import { ItemsByKey } from './item-key.js';
import type { SchemaNode } from './node.js';
import type { OpenSchema } from './open-schema.js';
import { hasRules, type Rule, type RuleSource, rulesOf } from './rule.js';
import { sameJson } from './same-json.js';

/** The most that all rules of one object may cost together (upstream's RuntimeCELCostBudget): about a second. */
const OBJECT_LIMIT = 10_000_000;
/** The longest message that an expression may make, in bytes. */
const MAX_MESSAGE_BYTES = 5 * 1024;

/** What rules are asked about. */
export interface RuleQuestion {
  readonly object: KubeObject;
  readonly old?: KubeObject | undefined;
  /** What is wrong with the object's shape: rules that could rely on it are not asked. */
  readonly found?: readonly StatusCause[];
  /** Hears what a rule says against a value that an update does not change, which is no reason to refuse it. */
  readonly tolerated?: (cause: StatusCause) => void;
}

/**
 * What the `x-kubernetes-validations` of a custom kind say against an object. Rules that compare with the object before
 * are asked only for an update, and only where the two correspond.
 */
export function ruleCauses(schema: OpenSchema, question: RuleQuestion): StatusCause[] {
  const walk = begun(schema, question);
  return walk instanceof RuleWalk ? walk.finish() : walk;
}

/**
 * As `ruleCauses`; at once when the rules take no longer than a turn of the event loop may, else after as many turns as they
 * take.
 */
export function ruleCausesInTurns(schema: OpenSchema, question: RuleQuestion): Promise<StatusCause[]> | StatusCause[] {
  const walk = begun(schema, question);
  if (!(walk instanceof RuleWalk)) return walk;
  return walk.isFinished ? walk.causes : walk.finishInTurns();
}

function begun(schema: OpenSchema, question: RuleQuestion): RuleWalk | StatusCause[] {
  const { object, old, found = [], tolerated = () => undefined } = question;
  if (!hasRules(schema.root.schema)) return [];
  if (found.some(({ reason = '' }) => BLOCKING.has(reason))) return [typedValue('', '"null"', UNASKED)];
  const walk = new RuleWalk(tolerated);
  const before = old as unknown as JsonObject | undefined;
  walk.check(object, before, { node: schema.root, isResource: true, isUnchanged: false });
  return walk;
}

/** Faults after which an object may have another shape than its schema says. */
const BLOCKING = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const UNASKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

/** Where the walk is. */
interface Place {
  readonly node: SchemaNode;
  readonly isResource: boolean;
  /** Whether this is within a value that is as it was before. */
  readonly isUnchanged: boolean;
}

/** Stands for the value of an expression that takes longer than a turn. */
const LONGER = Symbol('longer');

/** A question that a rule is asked about a value: answered when it is done. */
type Hearing = Generator<void, void>;

interface Asked {
  readonly rule: Rule;
  readonly variables: Variables;
  readonly type: string;
  /** Where the value is; put into words when the walk goes on before this is answered. */
  at: FieldPath | string;
  readonly isUnchanged: boolean;
}

class RuleWalk {
  readonly causes: StatusCause[] = [];
  readonly #path = new FieldPath();
  readonly #tolerated: (cause: StatusCause) => void;
  readonly #turn = new EvaluationTurn();
  /** Questions that the first turn had no time for, or not enough, in their order. */
  readonly #waiting: Hearing[] = [];
  #remaining = OBJECT_LIMIT;
  #isOver = false;

  constructor(tolerated: (cause: StatusCause) => void) {
    this.#tolerated = tolerated;
  }

  check(value: Json, old: Json | undefined, { node, isResource, isUnchanged }: Place): void {
    if (value === null || this.#isOver || !hasRules(node.schema)) return;
    const same = isUnchanged || (old !== undefined && sameJson(old, value));
    const place = { node, isResource, isUnchanged: same };
    this.#ask(value, old ?? undefined, place);
    if (Array.isArray(value)) this.#checkItems(value, Array.isArray(old) ? old : [], place);
    else if (typeof value === 'object') this.#checkFields(value as JsonObject, isJsonObject(old) ? old : {}, place);
  }

  get isFinished(): boolean {
    return this.#waiting.length === 0;
  }

  /** What all rules say, however long it takes. */
  finish(): StatusCause[] {
    for (const hearing of this.#waiting) while (hearing.next().done !== true);
    return this.causes;
  }

  async finishInTurns(): Promise<StatusCause[]> {
    for (const hearing of this.#waiting) {
      for (let over = false; !over; ) {
        if (this.#turn.isOver) await this.#turn.next();
        over = hearing.next().done === true;
      }
    }
    return this.causes;
  }

  #checkFields(value: JsonObject, old: JsonObject, { node, isUnchanged }: Place): void {
    for (const [key, item] of Object.entries(value)) {
      const child = node.child(key);
      if (item === undefined || !child) continue;
      this.#path.push(node.properties.has(key) ? key : { key });
      const before = Object.hasOwn(old, key) ? old[key] : undefined;
      this.check(item, before, { node: child, isResource: child.embedded, isUnchanged });
      this.#path.pop();
    }
  }

  /** Only elements of keyed lists correspond to elements before. */
  #checkItems(value: readonly Json[], old: readonly Json[], { node, isUnchanged }: Place): void {
    const { items, listType } = node;
    if (!items || !hasRules(items.schema)) return;
    const known = listType === 'map' ? new ItemsByKey(old, node) : undefined;
    for (const [index, item] of value.entries()) {
      this.#path.push(index);
      const before = known?.sameAs(item);
      const isSame = isUnchanged || (listType === undefined && sameJson(old[index] ?? null, item));
      this.check(item, before, { node: items, isResource: items.embedded, isUnchanged: isSame });
      this.#path.pop();
    }
  }

  #ask(value: Json, old: Json | undefined, { node, isResource, isUnchanged }: Place): void {
    const rules = rulesOf(node, isResource);
    if (rules.length === 0) return;
    const type = node.type ?? '';
    const self = jsonValue(value, node);
    const oldSelf = old === undefined ? undefined : jsonValue(old, node);
    for (const rule of rules) {
      if (rule.usesOldSelf && oldSelf === undefined && rule.source.optionalOldSelf !== true) continue;
      const asked: Asked = {
        rule,
        variables: variablesOf(rule.source, self, oldSelf),
        type,
        at: this.#path,
        isUnchanged,
      };
      const hearing = this.#hear(asked);
      // Most are over at once: where they were asked is put into words for the others alone.
      if (!this.#turn.isOver && hearing.next().done === true) continue;
      asked.at = this.#path.toString();
      this.#waiting.push(hearing);
    }
  }

  /** Asks a rule about a value; stops each time that others are to have their turn. */
  *#hear(asked: Asked): Hearing {
    if (this.#isOver) return;
    const { rule, variables, type, isUnchanged } = asked;
    const { condition, source } = rule;
    let cause: StatusCause | undefined;
    if ('fault' in condition) {
      cause = typedValue(asked.at.toString(), quoted(type), `rule compile error: ${condition.fault}`);
    } else {
      try {
        const said = this.#atOnce(condition.program, variables);
        const known = said === LONGER ? yield* this.#inTurns(condition.program, variables) : said;
        if (known === true) return;
      } catch (error) {
        cause = typedValue(asked.at.toString(), quoted(type), this.#explained(error, source));
      }
      cause ??= causeOf(source, asked, yield* this.#message(rule, variables));
    }
    if (isUnchanged && !rule.usesOldSelf && !this.#isOver) this.#tolerated(cause);
    else this.causes.push(cause);
  }

  /** Runs within what is left of the object's budget, and takes from it, unless that takes longer than a turn. */
  #atOnce(program: Program, variables: Variables): CelValue | typeof LONGER {
    const meter = new CostMeter(Math.min(PER_CALL_LIMIT, this.#remaining), this.#turn.left);
    let cost = 0;
    try {
      const value = program.evaluate(variables, meter);
      cost = meter.spent;
      return value;
    } catch (error) {
      if (error instanceof TurnOver) return LONGER;
      cost = meter.spent;
      throw error;
    } finally {
      this.#remaining -= cost;
      this.#turn.spend(meter.spent);
    }
  }

  /** As `#atOnce`, from the beginning, in as many turns as it takes. */
  *#inTurns(program: Program, variables: Variables): Generator<void, CelValue> {
    const meter = new CostMeter(Math.min(PER_CALL_LIMIT, this.#remaining));
    yield;
    try {
      for (const run = program.evaluateInTurns(variables, meter); ; ) {
        const before = meter.spent;
        const { done, value } = run.next();
        this.#turn.spend(meter.spent - before);
        if (done === true) return value;
        yield;
      }
    } finally {
      this.#remaining -= meter.spent;
    }
  }

  #explained(error: unknown, source: RuleSource): string {
    const said = nameOf(source);
    if (error instanceof CostExceeded) {
      this.#isOver = true;
      if (this.#remaining <= 0)
        return 'validation failed due to running out of cost budget, no further validation rules will be run';
      return `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${said}`;
    }
    if (!(error instanceof EvaluationError)) throw error;
    if (error.message.startsWith('no such overload'))
      return `'${error.message}': call arguments did not match a supported operator, function or macro signature for rule: ${said}`;
    return `${error.message} evaluating rule: ${said}`;
  }

  *#message({ source, message }: Rule, variables: Variables): Generator<void, string> {
    const plain = (source.message ?? '') === '' ? `failed rule: ${nameOf(source)}` : (source.message ?? '').trim();
    if (!message || 'fault' in message) return plain;
    try {
      const said = this.#atOnce(message.program, variables);
      const text = said === LONGER ? yield* this.#inTurns(message.program, variables) : said;
      const trimmed = typeof text === 'string' ? text.trim() : '';
      const isFit = trimmed !== '' && !trimmed.includes('\n') && Buffer.byteLength(trimmed) <= MAX_MESSAGE_BYTES;
      return isFit ? trimmed : plain;
    } catch (error) {
      if (error instanceof EvaluationError) return plain;
      if (!(error instanceof CostExceeded)) throw error;
      this.#isOver = true;
      return this.#remaining <= 0
        ? 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run'
        : `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${JSON.stringify(source.messageExpression)}`;
    }
  }
}

const quoted = (type: string): string => JSON.stringify(type);

/** How a rule is named in errors. */
const nameOf = ({ rule, message = '' }: RuleSource): string => (message === '' ? rule : message).trim();

function variablesOf({ optionalOldSelf }: RuleSource, self: CelValue, oldSelf: CelValue | undefined): Variables {
  if (optionalOldSelf !== true) return oldSelf === undefined ? { self } : { self, oldSelf };
  return { self, oldSelf: oldSelf === undefined ? CelOptional.none : CelOptional.of(oldSelf) };
}

function causeOf({ reason, fieldPath = '' }: RuleSource, { at, type }: Asked, message: string): StatusCause {
  const path = at.toString();
  const field = path === '' ? fieldPath.trim().replace(/^\./, '') : `${path}${fieldPath.trim()}`;
  switch (reason) {
    case 'FieldValueForbidden':
      return forbiddenField(field, message);
    case 'FieldValueRequired':
      return required(field, message);
    case 'FieldValueDuplicate':
      return duplicateValue(field, quoted(type));
    default:
      return typedValue(field, quoted(type), message);
  }
}
