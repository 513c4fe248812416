import { hasReason, validatingAdmissionPolicies, validatingAdmissionPolicyBindings } from '@drover/api';
import type { Client } from '@drover/client';
import { createOrUpdate } from '@drover/controller';
import type { Clock } from '@drover/kit';
import type { ClusterId } from '../clusters/cluster-id.js';
import { namespacePolicy } from './namespace-policy.js';

/** Nothing tells when somebody changes the policy, who may do everything in the cluster anyway: it is looked at this often. */
const CHECK_MS = 10 * 60_000;

interface Guard {
  readonly client: Client;
  readonly checkedAt: number;
  readonly enforced: boolean;
}

/**
 * In which connected clusters the policy of namespaces in projects is enforced by the cluster itself. One older than Kubernetes 1.30
 * has no such policies: there the proxy lets nobody but owners of the cluster write namespaces.
 */
export class NamespaceGuards {
  readonly #guards = new Map<ClusterId, Guard>();

  constructor(
    private readonly clock: Clock,
    private readonly installation: () => string,
  ) {}

  /** Whether the cluster enforces the policy itself, as far as is known. */
  isEnforced(id: ClusterId): boolean {
    return this.#guards.get(id)?.enforced === true;
  }

  /**
   * Makes the cluster have the policy. Until that has succeeded it counts as not enforced.
   *
   * @throws ApiError or TransportError when the cluster refuses it, or does not answer; not where there are no such policies.
   */
  async ensure(id: ClusterId, client: Client): Promise<void> {
    const known = this.#guards.get(id);
    const now = this.clock.now();
    if (known?.client === client && now - known.checkedAt < CHECK_MS) return;
    if (known?.client !== client) this.#guards.delete(id);
    const { policy, binding } = namespacePolicy(this.installation(), id);
    try {
      await createOrUpdate(client, validatingAdmissionPolicies, policy, (live) => {
        live.metadata.labels = { ...live.metadata.labels, ...policy.metadata.labels };
        Object.assign(live, { spec: structuredClone(policy.spec) });
      });
      await createOrUpdate(client, validatingAdmissionPolicyBindings, binding, (live) => {
        live.metadata.labels = { ...live.metadata.labels, ...binding.metadata.labels };
        Object.assign(live, { spec: structuredClone(binding.spec) });
      });
      this.#guards.set(id, { client, checkedAt: now, enforced: true });
    } catch (error) {
      this.#guards.delete(id);
      if (!hasReason(error, 'NotFound')) throw error;
      this.#guards.set(id, { client, checkedAt: now, enforced: false });
    }
  }
}
