import type { KubeObject } from '@drover/api';
import { CompileError, type EvaluationTurn, type Variables } from '@drover/api/cel';
import type {
  ParamKind,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicyBindingSpec,
} from '@drover/api/types/admissionregistration-v1';
import { ExpressionBudget, failureOf, OutOfBudget, POLICY_BUDGET } from './expression-budget.js';
import { MatchConditions } from './match-conditions.js';
import { type MatchedResources, matchedResources } from './match-resources.js';
import { type PolicyProgram, PolicyVariables, policyProgram, type ValidationProgram } from './policy-program.js';

/** Characters of a message that an expression makes (apiserver MaxEvaluatedMessageExpressionSizeBytes). */
const MESSAGE_CHARACTERS = 5 * 1024;

/** One thing that a policy has against a request. */
export interface Objection {
  /** Which validation; -1 for what is wrong with the policy itself. */
  readonly index: number;
  readonly message: string;
  readonly reason?: string | undefined;
}

/** What a policy says about a request. */
export interface PolicyVerdict {
  readonly objections: readonly Objection[];
  readonly auditAnnotations: readonly { readonly key: string; readonly value: string }[];
  /** Annotations that have no value: these refuse the request whatever the binding's actions are. */
  readonly failed: readonly string[];
}

const NOTHING: PolicyVerdict = { objections: [], auditAnnotations: [], failed: [] };

/** A stored ValidatingAdmissionPolicy, compiled when first needed. */
export class Policy {
  readonly name: string;
  readonly constraints: MatchedResources;
  readonly paramKind: ParamKind | undefined;
  /** What cannot be evaluated lets everything pass. */
  readonly ignoresFailure: boolean;
  readonly #spec: NonNullable<ValidatingAdmissionPolicy['spec']>;
  readonly #conditions: MatchConditions;
  #program: PolicyProgram | undefined;

  constructor(object: KubeObject) {
    const { metadata, spec = {} } = object as ValidatingAdmissionPolicy;
    this.name = metadata.name ?? '';
    this.constraints = matchedResources(spec.matchConstraints);
    this.paramKind = spec.paramKind;
    this.ignoresFailure = spec.failurePolicy === 'Ignore';
    this.#spec = spec;
    this.#conditions = new MatchConditions(spec.matchConditions ?? [], spec.paramKind !== undefined);
  }

  /** What the policy says, by these variables; `params` is among them when the policy has a kind of them. */
  async evaluate(given: Variables, turn: EvaluationTurn): Promise<PolicyVerdict> {
    try {
      const matched = await this.#conditions.match(given, POLICY_BUDGET, turn);
      if ('error' in matched) return this.#broken(matched.error);
      return matched.matches ? await this.#review(given, turn) : NOTHING;
    } catch (error) {
      // Written when the language was another one, or too much to ask: the policy cannot tell, and its failure policy decides.
      if (error instanceof CompileError) return this.#broken(`compilation error: ${error.message}`);
      if (error instanceof OutOfBudget) return this.#broken(error.message);
      throw error;
    }
  }

  async #review(given: Variables, turn: EvaluationTurn): Promise<PolicyVerdict> {
    this.#program ??= policyProgram(this.#spec);
    const { variables, validations } = this.#program;
    const budget = new ExpressionBudget(POLICY_BUDGET, turn);
    const all = { ...given, variables: new PolicyVariables(variables, budget, given) };
    const objections: Objection[] = [];
    for (const [index, validation] of validations.entries()) {
      objections.push(...(await this.#validate(validation, index, all, budget)));
    }
    return { ...(await this.#annotate(this.#program, given, turn)), objections };
  }

  #broken(message: string): PolicyVerdict {
    return this.ignoresFailure ? NOTHING : { ...NOTHING, objections: [{ index: -1, message }] };
  }

  async #validate(
    { validation, program, message }: ValidationProgram,
    index: number,
    variables: Variables,
    budget: ExpressionBudget,
  ): Promise<readonly Objection[]> {
    const result = await budget.evaluate(program, variables);
    if ('error' in result) {
      return this.ignoresFailure ? [] : [{ index, message: failureOf(program, result.error) }];
    }
    if (result.value === true) return [];
    const made = message && (await budget.evaluate(message, variables));
    const said = made !== undefined && 'value' in made ? plainText(made.value) : '';
    const fallback = validation.message?.trim() || `failed expression: ${validation.expression.trim()}`;
    return [{ index, message: said || fallback, reason: validation.reason ?? 'Invalid' }];
  }

  async #annotate(
    { variables, auditAnnotations: programs }: PolicyProgram,
    given: Variables,
    turn: EvaluationTurn,
  ): Promise<Pick<PolicyVerdict, 'auditAnnotations' | 'failed'>> {
    const budget = new ExpressionBudget(POLICY_BUDGET, turn);
    const all = { ...given, variables: new PolicyVariables(variables, budget, given) };
    const auditAnnotations: { key: string; value: string }[] = [];
    const failed: string[] = [];
    for (const { key, program } of programs) {
      const result = await budget.evaluate(program, all);
      if ('error' in result) failed.push(failureOf(program, result.error));
      else if (typeof result.value === 'string' && result.value.trim() !== '') {
        auditAnnotations.push({ key, value: result.value.trim() });
      }
    }
    return { auditAnnotations, failed: this.ignoresFailure ? [] : failed };
  }
}

/** A message has one line of bounded length; anything else is none. */
function plainText(value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : '';
  return text.length > MESSAGE_CHARACTERS || text.includes('\n') ? '' : text;
}

/** A stored ValidatingAdmissionPolicyBinding. */
export interface PolicyBinding {
  readonly name: string;
  readonly policyName: string;
  readonly resources: MatchedResources;
  readonly paramRef: ValidatingAdmissionPolicyBindingSpec['paramRef'];
  readonly actions: readonly ('Audit' | 'Deny' | 'Warn')[];
}

/** What a stored binding says. */
export function policyBinding(object: KubeObject): PolicyBinding {
  const { metadata, spec = {} } = object as ValidatingAdmissionPolicyBinding;
  return {
    name: metadata.name ?? '',
    policyName: spec.policyName ?? '',
    resources: matchedResources(spec.matchResources),
    paramRef: spec.paramRef,
    actions: spec.validationActions ?? [],
  };
}
