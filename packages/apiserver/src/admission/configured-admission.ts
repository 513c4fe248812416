import type { KubeObject } from '@drover/api';
import type { Store } from '@drover/store';
import type { AdmissionRequest, ConfiguredAdmission, Mutate } from '../registry/admission.js';
import { FollowedKind } from '../storage/followed-kind.js';
import type { WebhookParts } from './ask-webhook.js';
import { isExempt } from './exempt.js';
import { mutateByWebhooks } from './mutating-webhooks.js';
import { validateByPolicies } from './policies.js';
import { Policy, type PolicyBinding, policyBinding } from './policy.js';
import { scaleRequest, withScale } from './scale-request.js';
import { validateByWebhooks } from './validating-webhooks.js';
import { type Webhook, webhooksOf } from './webhook.js';

const GROUP = 'admissionregistration.k8s.io';

/** Webhooks and policies as stored objects configure them, in force from the moment a configuration is visible. */
export class ObjectConfiguredAdmission implements ConfiguredAdmission {
  readonly #mutating: WebhookList;
  readonly #validating: WebhookList;
  readonly #policies: FollowedKind<Policy>;
  readonly #bindings: FollowedKind<PolicyBinding>;

  /** Follows `store` until `signal` aborts. */
  constructor(
    store: Store,
    readonly parts: WebhookParts,
    signal: AbortSignal,
  ) {
    this.#mutating = new WebhookList(store, 'mutatingwebhookconfigurations', signal);
    this.#validating = new WebhookList(store, 'validatingwebhookconfigurations', signal);
    const policies = { group: GROUP, plural: 'validatingadmissionpolicies' };
    this.#policies = new FollowedKind(store, policies, { read: (object) => new Policy(object) }, signal);
    const bindings = { group: GROUP, plural: 'validatingadmissionpolicybindings' };
    this.#bindings = new FollowedKind(store, bindings, { read: policyBinding }, signal);
  }

  get mutates(): boolean {
    return this.#mutating.webhooks.length > 0;
  }

  mutate(request: AdmissionRequest, again: Mutate): Promise<KubeObject | undefined> | KubeObject | undefined {
    const { webhooks } = this.#mutating;
    if (webhooks.length === 0 || isExempt(request)) return request.object;
    const { scale } = request.served.version;
    if (request.subresource !== 'scale' || scale === undefined) {
      return mutateByWebhooks(this.parts, webhooks, request, again);
    }
    const whole = scaleRequest(request, scale);
    const mutated = mutateByWebhooks(this.parts, webhooks, whole, async (changed) => changed);
    return mutated.then((changed) => withScale(request.object, changed, scale));
  }

  validate(request: AdmissionRequest): Promise<void> | undefined {
    const idle = this.#validating.webhooks.length === 0 && this.#bindings.items.length === 0;
    return idle || isExempt(request) ? undefined : this.#validate(request);
  }

  async #validate(request: AdmissionRequest): Promise<void> {
    const { scale } = request.served.version;
    const told = request.subresource === 'scale' && scale !== undefined ? scaleRequest(request, scale) : request;
    await validateByPolicies(this.parts, this.#policies.items, this.#bindings.items, told);
    await validateByWebhooks(this.parts, this.#validating.webhooks, told);
  }
}

class WebhookList {
  readonly #configurations: FollowedKind<readonly Webhook[]>;
  #webhooks: readonly Webhook[] = [];
  #of: readonly (readonly Webhook[])[] | undefined;

  constructor(store: Store, plural: string, signal: AbortSignal) {
    this.#configurations = new FollowedKind(store, { group: GROUP, plural }, { read: webhooksOf }, signal);
  }

  /** All webhooks, by the names of their configurations and in the order there. */
  get webhooks(): readonly Webhook[] {
    const { items } = this.#configurations;
    if (this.#of !== items) {
      this.#of = items;
      this.#webhooks = items.flat();
    }
    return this.#webhooks;
  }
}
