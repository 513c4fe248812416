import { type AggregatedApi, type ApiRequest, type Attributes, type Identity, unauthorized } from '@drover/api';
import type { AggregatedApis } from '../aggregation/aggregated-apis.js';
import { declaredResource } from '../aggregation/declared-resource.js';
import type { Authenticator } from '../auth/authenticator.js';
import { ANONYMOUS, type Sender } from '../auth/identity.js';
import { impersonated } from '../auth/impersonation.js';
import type { RuleIndex } from '../auth/rule-index.js';
import type { Metrics } from '../metrics/metrics.js';
import { dryRunLabel, SUBRESOURCES, scopeLabel, verbLabel } from '../metrics/request-labels.js';
import { orderAt } from '../orders/orders.js';
import { reviewAt } from '../reviews/reviews.js';
import type { Routes } from '../routes.js';
import type { Verbs } from '../verbs/call.js';
import { attributesOf } from '../verbs/resource.js';
import type { Account } from './account.js';
import { parseTarget, type ResourceTarget, type Target } from './target.js';
import type { Visit } from './visit.js';

/** Who knows callers, and what is served. */
export interface RecognitionParts {
  readonly authenticator: Authenticator;
  readonly rules: RuleIndex;
  readonly aggregated: Pick<AggregatedApis, 'find'>;
  readonly verbs: Verbs;
  readonly routes: Routes;
  readonly metrics: Metrics;
}

/** One request on its way, recognized: what it addresses and who really asks. */
export interface Asked {
  readonly visit: Visit;
  readonly request: ApiRequest;
  readonly target: Target;
  readonly identity: Identity;
  readonly attributes: Attributes;
  /** Who serves the group version, where that is not us. */
  readonly aggregated: AggregatedApi | undefined;
  /** Whether who serves the group version has no such resource. */
  readonly undeclared: boolean;
  /** Finds out again who asks, for streams that stay open. */
  readonly identify: () => Identity;
}

/** What a request is about, or what is wrong with it. */
interface Description {
  readonly target: Target | undefined;
  readonly aggregated?: AggregatedApi | undefined;
  readonly undeclared?: boolean;
  readonly wrong?: unknown;
}

/** Finds out who asks for what, and notes both in the visit as soon as they are known. */
export class Recognition {
  constructor(
    readonly parts: RecognitionParts,
    readonly account: Pick<Account, 'open'>,
  ) {}

  /**
   * `sender` is who the connection's certificate says; without one, the headers say it.
   *
   * @throws ApiError for credentials that are none, for an impersonation that is refused, and for what no path or method means;
   * in this order: nobody learns what is served before we know who that is.
   */
  recognize(visit: Visit, sender: Sender | undefined): Asked {
    const { rules } = this.parts;
    const { request } = visit;
    const { target, aggregated, undeclared = false, wrong } = this.#describe(visit);
    const authenticate = (): Identity => (typeof sender === 'object' ? sender : this.#authenticate(request, sender));
    visit.authenticated = authenticate();
    const identify = (): Identity => impersonated(request, authenticate(), rules);
    const identity = impersonated(request, visit.authenticated, rules);
    visit.identity = identity;
    this.account.open(visit);
    if (target === undefined) throw wrong;
    return { visit, request, target, identity, attributes: visit.attributes, aggregated, undeclared, identify };
  }

  /** Finds out what a request is about; what is wrong with that is for the caller to tell, in its time. */
  #describe(visit: Visit): Description {
    try {
      const target = parseTarget(visit.path);
      visit.target = target;
      if (target.type === 'resource') {
        return { target, ...this.#describeResource(visit, target) };
      }
      visit.labels = { ...visit.labels, subresource: this.parts.routes.label(visit.path) };
      return { target };
    } catch (wrong) {
      return { target: undefined, wrong };
    }
  }

  #describeResource(visit: Visit, target: ResourceTarget): Pick<Description, 'aggregated' | 'undeclared'> {
    const aggregated = this.parts.aggregated.find(target.group, target.version);
    const { served = true, ...declared } = aggregated === undefined ? {} : declaredResource(aggregated, target);
    const attributes = { ...attributesOf(visit.request.method, target, visit.query), ...declared };
    visit.attributes = attributes;
    visit.longRunning ||= attributes.verb === 'watch';
    this.#label(visit, target, attributes, aggregated !== undefined && served);
    return { aggregated, undeclared: !served };
  }

  #authenticate(request: ApiRequest, sender: 'unverified' | undefined): Identity {
    const { authenticator, metrics } = this.parts;
    try {
      const identity = authenticator.request(request);
      if (identity.name === ANONYMOUS && sender === 'unverified') throw unauthorized();
      metrics.authentication(identity.name === ANONYMOUS ? 'failure' : 'success');
      return identity;
    } catch (error) {
      metrics.authentication('error');
      throw error;
    }
  }

  /** Only what there is has a label of its own: a caller who makes names up makes no metric grow. */
  #label(visit: Visit, target: ResourceTarget, attributes: ReturnType<typeof attributesOf>, aggregated: boolean): void {
    const { group, version, resource } = target;
    const { subresource, namespace, name, verb } = attributes;
    const served = this.parts.verbs.core.catalog.served(group, version, resource);
    if (!aggregated && served === undefined && (reviewAt(target) ?? orderAt(target)) === undefined) return;
    const known = subresource !== undefined && (aggregated || SUBRESOURCES.has(subresource));
    visit.labels = {
      verb: verbLabel(verb, visit.request),
      dryRun: dryRunLabel(visit.query),
      group,
      version,
      resource,
      subresource: known ? subresource : '',
      scope: scopeLabel(verb, namespace, name),
    };
  }
}
