import {
  type AccessRequest,
  forbidden,
  type Identity,
  type OutsideBindings,
  type Stored,
  type User,
  type Why,
  type WhyAnswer,
  type WhyGrant,
  type WhyQuestion,
  type WhyRefusal,
} from '@drover/api';
import { type AccessQuestion, type Client, isAllowed, reviewAccess } from '@drover/client';
import { type Clock, gather } from '@drover/kit';
import type { ClusterDirectory } from '../clusters/cluster-directory.js';
import { type ClusterId, LOCAL, parseClusterId } from '../clusters/cluster-id.js';
import type { Downstreams } from '../clusters/downstream.js';
import { identityOf } from '../identity/caller.js';
import type { Directory } from '../identity/directory.js';
import { NormanError } from '../norman/norman-error.js';
import type { AccessReviews } from '../proxy/access-reviews.js';
import type { DerivedRights } from '../rbac/derived-rights.js';
import type { RbacInformers } from '../rbac/rbac-informers.js';
import { BindingsOf, type Grant } from './grants.js';
import { Origins } from './origin.js';
import { outsideBindings } from './outside.js';
import type { Places } from './places.js';
import { Remedies } from './remedies.js';
import type { RoleScope } from './scopes.js';
import { Trial } from './would-allow.js';

const CLUSTERS = { group: 'management.cattle.io', plural: 'clusters' };
/** Questions to one cluster that are under way at once, and how long each may take. */
const AT_ONCE = 16;
const PATIENCE_MS = 10_000;

/** Whoever wants to know something. */
export interface Asker {
  readonly identity: Identity;
  /** Absent for a holder of credentials of the Kubernetes API itself, who is no user of this server. */
  readonly user?: Stored<User>;
}

/** What somebody's rights in one cluster are looked up in. */
interface Looking {
  readonly id: ClusterId;
  readonly client: Client;
  readonly rbac: RbacInformers;
  readonly subject: Subject;
  readonly refusal: WhyRefusal | undefined;
  readonly remedies: Remedies;
}

/** Whose rights are looked up. */
interface Subject {
  readonly identity: Identity;
  readonly name: string;
  readonly enabled: boolean;
}

/**
 * Says why somebody may do something in a cluster, or may not: the cluster's own authorizer decides, and what is said about that is
 * looked up in the cluster's RBAC and in the bindings here that it follows from.
 */
export class WhyAnswers {
  constructor(
    private readonly parts: {
      readonly local: Client;
      readonly clusters: ClusterDirectory;
      readonly downstreams: Pick<Downstreams, 'of'>;
      readonly rights: DerivedRights;
      readonly reviews: AccessReviews;
      readonly directory: Directory;
      readonly places: Places;
      readonly clock: Clock;
    },
  ) {}

  /**
   * @throws ApiError Forbidden for another user's rights without the right to review access there; ServiceUnavailable when the
   *   cluster cannot be asked now.
   */
  async of(asker: Asker, id: ClusterId, question: WhyQuestion): Promise<Why> {
    const { places, clock } = this.parts;
    const { client, rbac } = await this.#look(id);
    const mayAskOfOthers = await this.#mayAskOfOthers(asker, client, question.requests);
    const subject = this.#subject(asker, id, question.user, mayAskOfOthers);
    const trial = new Trial(places, id, rbac);
    const sees = async (scope: RoleScope): Promise<boolean> => mayAskOfOthers || this.#sees(asker, scope);
    const remedies = new Remedies({ ...this.parts, trial, cluster: id, sees });
    const looking = { id, client, rbac, subject, remedies, refusal: await this.#refusal(id, subject) };
    const bindings = new BindingsOf(rbac, subject.identity);
    const origins = new Origins(places, id);
    const answers = await gather(question.requests, (request) => this.#answer(looking, bindings, origins, request), {
      parallel: AT_ONCE,
      timeoutMs: PATIENCE_MS,
      clock,
    });
    return {
      type: 'why',
      cluster: { id, name: places.clusterName(id) },
      user: { id: subject.identity.name, name: subject.name },
      answers: answers.map((answer) => {
        if (answer.ok) return answer.value;
        throw answer.error;
      }),
    };
  }

  /**
   * One page of the bindings of a cluster that others made there, for whoever may list the cluster's bindings.
   *
   * @throws ApiError Forbidden for anybody else.
   */
  async outside(
    asker: Asker,
    id: ClusterId,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<OutsideBindings> {
    const { client, rbac } = await this.#look(id);
    const group = 'rbac.authorization.k8s.io';
    for (const resource of ['clusterrolebindings', 'rolebindings']) {
      const resourceAttributes = { verb: 'list', group, resource };
      // What the bearer of foreign credentials is called in another cluster says nothing there.
      const where = asker.user === undefined ? this.parts.local : client;
      if (await isAllowed(where, asker.identity, { resourceAttributes })) continue;
      throw forbidden(
        { group, plural: resource },
        '',
        `User "${asker.identity.name}" cannot list them in this cluster`,
      );
    }
    const origins = new Origins(this.parts.places, id);
    return outsideBindings(rbac, (binding) => origins.sourceHere(binding) !== undefined, page);
  }

  /** The id of the cluster that people call `text`, of those that `identity` may see; `text` itself when there is none. */
  async clusterId(identity: Identity, text: string): Promise<string> {
    if (parseClusterId(text) !== undefined) return text;
    for (const { metadata, spec } of this.parts.clusters.list()) {
      if (spec?.displayName === text && (await this.#mayGet(identity, metadata.name))) return metadata.name;
    }
    return text;
  }

  /** The cluster's API, and its RBAC as it is once everything that was taken away here is taken away there. */
  async #look(id: ClusterId): Promise<{ readonly client: Client; readonly rbac: RbacInformers }> {
    const client = id === LOCAL ? this.parts.local : (await this.parts.downstreams.of(id)).client;
    await this.parts.rights.revoked(id);
    const followed = this.parts.places.followed(id);
    if (followed === undefined)
      throw new NormanError('ClusterUnavailable', `cluster ${id} is not known well enough yet`);
    await followed.synced();
    return { client, rbac: followed.rbac };
  }

  async #answer(
    { client, subject, refusal, remedies }: Looking,
    bindings: BindingsOf,
    origins: Origins,
    request: AccessRequest,
  ): Promise<WhyAnswer> {
    const { allowed, reason } = await reviewAccess(client, subject.identity, questionOf(request));
    if (allowed && refusal === undefined) {
      const grants = bindings.grants(request).map((grant) => described(grant, origins));
      return { allowed, request, grants, reason };
    }
    return {
      allowed: false,
      request,
      ...(refusal === undefined ? {} : { refusal }),
      names: bindings.names(request),
      remedies: refusal === 'disabled' ? [] : await remedies.of(request),
      reason,
    };
  }

  #subject(
    { identity, user }: Asker,
    cluster: ClusterId,
    wanted: string | undefined,
    mayAskOfOthers: boolean,
  ): Subject {
    const { directory } = this.parts;
    if (wanted === undefined && user === undefined && cluster !== LOCAL) {
      const message = 'user is required: whoever asks is no user of this server';
      throw new NormanError('MissingRequired', message, { fieldName: 'user' });
    }
    if (wanted === undefined || wanted === identity.name || wanted === user?.username) {
      const name = user?.displayName || user?.username || identity.name;
      return { identity, name, enabled: true };
    }
    if (!mayAskOfOthers) {
      const attributes = { group: 'authorization.k8s.io', plural: 'subjectaccessreviews' };
      throw forbidden(attributes, '', `User "${identity.name}" cannot review the access of others`);
    }
    const found = directory.user(wanted) ?? directory.userByUsername(wanted);
    if (found === undefined)
      throw new NormanError('InvalidReference', `there is no user "${wanted}"`, { fieldName: 'user' });
    const id = found.metadata.name;
    return {
      identity: identityOf(found, directory.groups(id), { token: '', host: '' }),
      name: found.displayName || found.username || id,
      enabled: found.enabled !== false,
    };
  }

  /** As Kubernetes has it: whoever may make a SubjectAccessReview, here or in the cluster, or one of each namespace in question. */
  async #mayAskOfOthers(asker: Asker, client: Client, requests: readonly AccessRequest[]): Promise<boolean> {
    const may = (where: Client, resource: string, namespace?: string): Promise<boolean> => {
      const resourceAttributes = { verb: 'create', group: 'authorization.k8s.io', resource, namespace };
      return isAllowed(where, asker.identity, { resourceAttributes });
    };
    if (await may(this.parts.local, 'subjectaccessreviews')) return true;
    // What the bearer of foreign credentials is called in another cluster says nothing there.
    if (asker.user === undefined) return false;
    if (await may(client, 'subjectaccessreviews')) return true;
    const namespaces = new Set(requests.map(({ namespace }) => namespace));
    for (const namespace of namespaces) {
      if (namespace === undefined || !(await may(client, 'localsubjectaccessreviews', namespace))) return false;
    }
    return true;
  }

  async #refusal(id: ClusterId, { identity, enabled }: Subject): Promise<WhyRefusal | undefined> {
    if (!enabled) return 'disabled';
    if (id === LOCAL) return undefined;
    if (!this.parts.rights.isCurrent(id, identity)) return 'rights-not-current';
    return (await this.#mayGet(identity, id)) ? undefined : 'not-a-member';
  }

  #mayGet(identity: Identity, cluster: string): Promise<boolean> {
    const { group, plural: resource } = CLUSTERS;
    return this.parts.reviews.allowed(identity, { verb: 'get', group, resource, name: cluster });
  }

  #sees({ identity }: Asker, { cluster, project }: RoleScope): Promise<boolean> {
    if (project === undefined) return this.#mayGet(identity, cluster);
    const { group } = CLUSTERS;
    const { name } = project.metadata;
    return this.parts.reviews.allowed(identity, { verb: 'get', group, resource: 'projects', namespace: cluster, name });
  }
}

function described({ binding, role, rule, subject }: Grant, origins: Origins): WhyGrant {
  const { namespace, name } = binding.metadata;
  return {
    binding: { kind: binding.kind, ...(namespace === undefined ? {} : { namespace }), name },
    role: { kind: binding.roleRef.kind, name: role?.metadata.name ?? binding.roleRef.name },
    rule,
    subject: {
      kind: subject.kind,
      ...(subject.namespace === undefined ? {} : { namespace: subject.namespace }),
      name: subject.name,
    },
    origin: origins.of({ binding, subject }),
  };
}

const questionOf = (request: AccessRequest): AccessQuestion => ({ resourceAttributes: { ...request } });
