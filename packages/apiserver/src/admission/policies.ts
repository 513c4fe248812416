import { type ApiError, forbidden, fromStatus } from '@drover/api';
import { EvaluationTurn, jsonValue, type Variables } from '@drover/api/cel';
import type { AdmissionRequest } from '../registry/admission.js';
import type { WebhookParts } from './ask-webhook.js';
import { expressionVariables, namespaceObject } from './expression-variables.js';
import { matchedForm } from './match-resources.js';
import type { Objection, Policy, PolicyBinding, PolicyVerdict } from './policy.js';
import { ConfigurationError, policyParams, unknownParamKind } from './policy-params.js';

/** What policies need: the same as webhooks, but for the way to reach these. */
export type PolicyParts = Omit<WebhookParts, 'caller' | 'random' | 'log'>;

const FAILURE = 'validation.policy.admission.k8s.io/validation_failure';
/** Characters of an annotation's value (apiserver maxAuditAnnotationValueLength). */
const ANNOTATION_CHARACTERS = 10 * 1024;
/** Codes of refusals by the reason that a policy gives. */
const CODES: Readonly<Record<string, number>> = { Forbidden: 403, RequestEntityTooLarge: 413 };

interface Denial {
  readonly policy: Policy;
  readonly binding: PolicyBinding | undefined;
  readonly objection: Objection;
}

/**
 * Has policies that are bound to the request say what they think.
 *
 * @throws ApiError the first denial, with the reason that the policy gives.
 */
export async function validateByPolicies(
  parts: PolicyParts,
  policies: readonly Policy[],
  bindings: readonly PolicyBinding[],
  request: AdmissionRequest,
): Promise<void> {
  const denials: Denial[] = [];
  const turn = new EvaluationTurn();
  for (const policy of policies) {
    const bound = bindings.filter(({ policyName }) => policyName === policy.name);
    if (bound.length > 0) denials.push(...(await new PolicyReview(parts, policy, request, turn).run(bound)));
  }
  const [first] = denials;
  if (first !== undefined) throw refusal(request, first);
}

/** One policy's look at one request. */
class PolicyReview {
  readonly #denials: Denial[] = [];
  readonly #annotations = new Map<string, Set<string>>();

  constructor(
    readonly parts: PolicyParts,
    readonly policy: Policy,
    readonly request: AdmissionRequest,
    readonly turn: EvaluationTurn,
  ) {}

  async run(bindings: readonly PolicyBinding[]): Promise<readonly Denial[]> {
    const { policy, request } = this;
    const { catalog, objects, rights } = this.parts;
    const form = matchedForm(catalog, objects, policy.constraints, request);
    if (form === undefined) return [];
    const bound = bindings.filter(({ resources }) => matchedForm(catalog, objects, resources, request) !== undefined);
    if (bound.length === 0) return [];
    const unknown = unknownParamKind(catalog, policy);
    if (unknown !== undefined) {
      const message = `failed to configure policy: ${unknown}`;
      return policy.ignoresFailure ? [] : [{ policy, binding: undefined, objection: { index: -1, message } }];
    }
    const variables = await expressionVariables(request, form, rights, namespaceObject(request, objects));
    for (const binding of bound) await this.#evaluate(binding, variables);
    for (const [key, values] of this.#annotations) request.annotate(`${policy.name}/${key}`, [...values].join(', '));
    return this.#denials;
  }

  async #evaluate(binding: PolicyBinding, variables: Variables): Promise<void> {
    const { policy, request } = this;
    try {
      const params = await policyParams(this.parts.catalog, this.parts.objects, policy, binding, request);
      for (const object of params) {
        const params = (): ReturnType<typeof jsonValue> => jsonValue(object ?? null);
        this.#take(binding, await policy.evaluate({ ...variables, params }, this.turn));
      }
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      if (policy.ignoresFailure) return;
      const message = `failed to configure binding: ${error.message}`;
      this.#denials.push({ policy, binding, objection: { index: -1, message } });
    }
  }

  #take(binding: PolicyBinding, { objections, auditAnnotations, failed }: PolicyVerdict): void {
    for (const objection of objections) this.#act(binding, objection);
    for (const message of failed) {
      this.#denials.push({ policy: this.policy, binding, objection: { index: -1, message } });
    }
    for (const { key, value } of auditAnnotations) {
      const values = this.#annotations.get(key) ?? new Set();
      this.#annotations.set(key, values.add(value.slice(0, ANNOTATION_CHARACTERS)));
    }
  }

  #act(binding: PolicyBinding, objection: Objection): void {
    const { policy, request } = this;
    for (const action of binding.actions) {
      switch (action) {
        case 'Deny':
          this.#denials.push({ policy, binding, objection });
          break;
        case 'Warn': {
          const subject = `ValidatingAdmissionPolicy '${policy.name}' with binding '${binding.name}'`;
          request.warn(`Validation failed for ${subject}: ${objection.message}`);
          break;
        }
        case 'Audit':
          request.annotate(FAILURE, JSON.stringify([auditedFailure(policy, binding, objection)]));
          break;
      }
    }
  }
}

function auditedFailure(policy: Policy, binding: PolicyBinding, { index, message }: Objection): object {
  return {
    message,
    policy: policy.name,
    binding: binding.name,
    expressionIndex: Math.max(index, 0),
    validationActions: binding.actions,
  };
}

function refusal(request: AdmissionRequest, { policy, binding, objection }: Denial): ApiError {
  const subject = `ValidatingAdmissionPolicy '${policy.name}'${binding ? ` with binding '${binding.name}'` : ''}`;
  const why = `${subject} denied request: ${objection.message}`;
  const { message, details } = forbidden({ group: request.group, plural: request.resource }, request.name, why);
  const reason = objection.reason ?? 'Invalid';
  const code = CODES[reason] ?? 422;
  return fromStatus(code, {
    kind: 'Status',
    code,
    reason,
    message,
    details: { ...details, causes: [{ message: why }] },
  });
}
