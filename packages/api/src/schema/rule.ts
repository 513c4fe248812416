import { estimate } from '../cel/cost/estimate.js';
import { type DeclaredType, declaredType } from '../cel/declared-type.js';
import { CelEnvironment, InstantiationError, type Program, ResultTypeError } from '../cel/environment.js';
import { sizesOf } from '../cel/sizes.js';
import { CompileError } from '../cel/source-error.js';
import { BOOL, optionalOf, STRING } from '../cel/type.js';
import type { SchemaNode } from './node.js';
import type { Schema } from './schema.js';

/** A rule as a definition has it. */
export type RuleSource = NonNullable<Schema['x-kubernetes-validations']>[number];

/** An expression of a rule, ready to be asked, with the most that it may cost; or why it cannot be. */
export type Compiled = { readonly program: Program; readonly maxCost: number } | { readonly fault: string };

/** A rule that is ready to be asked. */
export interface Rule {
  readonly source: RuleSource;
  readonly condition: Compiled;
  /** What makes the message, where the rule says so. */
  readonly message: Compiled | undefined;
  /** Whether it compares with the value before, and so says nothing about a new one. */
  readonly usesOldSelf: boolean;
}

/** The name of the type that `self` has; fields are told apart by their path below it. */
const SELF = 'selfType';

const known = new WeakMap<SchemaNode, readonly Rule[]>();

/** The rules of a schema node, compiled once against the types that it declares. A resource's root sees its names too. */
export function rulesOf(node: SchemaNode, isResource: boolean): readonly Rule[] {
  let rules = known.get(node);
  if (!rules) {
    const sources = node.schema['x-kubernetes-validations'] ?? [];
    const self = sources.length === 0 ? undefined : declaredType(node, SELF, isResource);
    rules = self ? sources.map((source) => ruleOf(source, self)) : [];
    known.set(node, rules);
  }
  return rules;
}

/** What rules of the node see as `self`; `undefined` where they can see nothing. */
export const selfType = (node: SchemaNode, isResource: boolean): DeclaredType | undefined =>
  declaredType(node, SELF, isResource);

function ruleOf(source: RuleSource, self: DeclaredType): Rule {
  const oldSelf = source.optionalOldSelf === true ? optionalOf(self.type) : self.type;
  const environment = new CelEnvironment({ self: self.type, oldSelf });
  const condition = compiled(
    () => environment.compile(source.rule, BOOL),
    self,
    (why) => `compilation failed: ${why}`,
    'cel expression must evaluate to a bool',
  );
  const { messageExpression = '' } = source;
  const message =
    messageExpression.trim() === ''
      ? undefined
      : compiled(
          () => environment.compile(messageExpression, STRING),
          self,
          (why) => `messageExpression compilation failed: ${why}`,
          'messageExpression must evaluate to a string',
        );
  const usesOldSelf = 'program' in condition && condition.program.references.has('oldSelf');
  return { source, condition, message, usesOldSelf };
}

function compiled(
  compile: () => Program,
  self: DeclaredType,
  failed: (why: string) => string,
  wrongType: string,
): Compiled {
  try {
    const program = compile();
    if (program.type.kind === 'dyn') return { fault: wrongType };
    return { program, maxCost: estimate(program.checked, sizesOf(self)).max };
  } catch (error) {
    if (error instanceof ResultTypeError) return { fault: wrongType };
    if (error instanceof InstantiationError) return { fault: error.message };
    if (error instanceof CompileError) return { fault: failed(error.message) };
    throw error;
  }
}

/** Whether there are rules at a schema or anywhere below it. */
export function hasRules(schema: Schema): boolean {
  const answer = withRules.get(schema);
  if (answer !== undefined) return answer;
  const { properties = {}, items, additionalProperties } = schema;
  const inner = [...Object.values(properties), items, additionalProperties].filter(
    (child) => typeof child === 'object',
  );
  const found = (schema['x-kubernetes-validations'] ?? []).length > 0 || inner.some(hasRules);
  withRules.set(schema, found);
  return found;
}

const withRules = new WeakMap<Schema, boolean>();
