import { createHash } from 'node:crypto';
import {
  type ClusterRole,
  clusterRoleBindings,
  clusterRoles,
  type Identity,
  isJsonObject,
  type JsonObject,
  namespaces,
  type OwnerReference,
  resourcePath,
  type Stored,
  serviceAccounts,
} from '@drover/api';
import { type Client, TransportError } from '@drover/client';
import { createIfAbsent, createOrUpdate, deleteIfPresent, ownerReference } from '@drover/controller';
import { type Clock, Secret } from '@drover/kit';
import type { ClusterId } from '../clusters/cluster-id.js';
import { impersonationHeaders } from '../identity/caller.js';

/** Where the impersonation service accounts are in each cluster. */
export const IMPERSONATION_NAMESPACE = 'cattle-impersonation-system';
/** The label of everything this file makes. */
export const IMPERSONATOR = 'authz.cluster.cattle.io/impersonator';
/** The label of what this installation made, and no other server that the cluster belongs to as well (Harvester has one). */
const SERVER = 'drover.io/server';
const PREFIX = 'cattle-impersonation-';

const TOKEN_SECONDS = 3_600;
/** A token is not used after this part of its life is over. */
const USABLE_MS = TOKEN_SECONDS * 1_000 * 0.8;
/** The objects are made sure of this often, beside the requests: somebody may remove them behind our back. */
const REFRESH_MS = 5 * 60_000;
/** Users times clusters whose tokens are held. */
const REMEMBERED = 10_000;
/** A real cluster's authorizer sees new roles through a watch: it may take a moment. */
const SETTLE_ATTEMPTS = 20;
const SETTLE_MS = 100;

interface Known {
  readonly rules: string;
  readonly until: number;
  refreshAt: number;
  readonly token: Promise<Secret>;
}

/**
 * The tokens in whose name users act in imported clusters. Each user has, in each cluster it uses, a service account of its own
 * that may impersonate that user with its groups and nobody else: whatever goes wrong in this server, a user's request cannot
 * carry more than that. Made when first needed.
 */
export class Impersonation {
  readonly #known = new Map<string, Known>();

  /** `server` tells the installation's id, which is a label of what is made. */
  constructor(
    private readonly clock: Clock,
    private readonly server: () => string,
  ) {}

  /** The token to send with the impersonation headers of `identity` to the cluster that `client` (its administrator) reaches. */
  token(cluster: ClusterId, client: Client, identity: Identity): Promise<Secret> {
    const key = `${cluster} ${identity.name}`;
    const rules = createHash('sha256')
      .update(JSON.stringify(impersonationRules(identity)))
      .digest('hex');
    const known = this.#known.get(key);
    const now = this.clock.now();
    if (known !== undefined && known.rules === rules && known.until > now) {
      if (known.refreshAt <= now) {
        known.refreshAt = now + REFRESH_MS;
        const refreshed = this.#make(client, identity);
        // The old token is good meanwhile; a refresh that failed is tried again.
        refreshed.then(
          () => this.#remember(key, rules, refreshed),
          () => {},
        );
      }
      return known.token;
    }
    const token = this.#make(client, identity);
    this.#remember(key, rules, token);
    token.catch(() => this.forget(cluster, identity));
    return token;
  }

  #remember(key: string, rules: string, token: Promise<Secret>): void {
    const now = this.clock.now();
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(key, { rules, until: now + USABLE_MS, refreshAt: now + REFRESH_MS, token });
  }

  /** Makes the next request ask anew: the cluster no longer accepts the token. */
  forget(cluster: ClusterId, identity: Pick<Identity, 'name'>): void {
    this.#known.delete(`${cluster} ${identity.name}`);
  }

  /** Forgets everything about a cluster: it was reinstalled or removed. */
  forgetCluster(cluster: ClusterId): void {
    for (const key of [...this.#known.keys()]) if (key.startsWith(`${cluster} `)) this.#known.delete(key);
  }

  /** The users for whom this installation has an account in the cluster that `client` reaches. */
  async accounts(client: Client): Promise<readonly string[]> {
    const { items } = await client.list(clusterRoles, { labelSelector: `${SERVER}=${this.server()}` });
    return items
      .filter(({ metadata }) => metadata.name.startsWith(PREFIX))
      .map(({ metadata }) => metadata.name.slice(PREFIX.length));
  }

  /** Removes a user's account. The role goes last: by it the account is found again when this is interrupted. */
  async remove(cluster: ClusterId, client: Client, user: string): Promise<void> {
    const name = `${PREFIX}${user}`;
    this.forget(cluster, { name: user });
    await deleteIfPresent(client, serviceAccounts, { namespace: IMPERSONATION_NAMESPACE, name });
    await deleteIfPresent(client, clusterRoleBindings, { name });
    await deleteIfPresent(client, clusterRoles, { name });
  }

  async #make(client: Client, identity: Identity): Promise<Secret> {
    const name = `${PREFIX}${identity.name}`;
    const labels = { [IMPERSONATOR]: 'true', [SERVER]: this.server(), 'cattle.io/creator': 'norman' };
    await createIfAbsent(client, namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: IMPERSONATION_NAMESPACE, labels: { [IMPERSONATOR]: 'true', 'cattle.io/creator': 'norman' } },
    });
    const role = await this.#role(client, name, labels, identity);
    const owner: OwnerReference = ownerReference(clusterRoles, role, { controller: false });
    await createIfAbsent(client, serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: IMPERSONATION_NAMESPACE, labels, ownerReferences: [owner] },
    });
    await createIfAbsent(client, clusterRoleBindings, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name, labels, ownerReferences: [owner] },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: IMPERSONATION_NAMESPACE }],
    });
    const token = await requestToken(client, name);
    await this.#settled(client, token, identity);
    return token;
  }

  #role(
    client: Client,
    name: string,
    labels: Record<string, string>,
    identity: Identity,
  ): Promise<Stored<ClusterRole>> {
    const blank: ClusterRole = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name, labels },
    };
    return createOrUpdate(client, clusterRoles, blank, (role) => {
      role.metadata.labels = { ...role.metadata.labels, ...labels };
      role.rules = impersonationRules(identity);
    });
  }

  async #settled(client: Client, token: Secret, identity: Identity): Promise<void> {
    const headers = { ...impersonationHeaders(identity), authorization: `Bearer ${token.reveal()}` };
    for (let attempt = 1; attempt <= SETTLE_ATTEMPTS; attempt += 1) {
      const { status, body } = await client.raw({ method: 'GET', path: '/api', headers });
      for await (const _ of body) {
        // Read to the end, so that the connection can be used again.
      }
      if (status < 400) return;
      await this.clock.sleep(SETTLE_MS);
    }
    throw new TransportError(`the cluster does not accept the service account cattle-impersonation-${identity.name}`);
  }
}

/** What a user's service account may do: act as that user, with exactly its groups and facts. */
export function impersonationRules({ name, groups, extra }: Identity): NonNullable<ClusterRole['rules']> {
  const impersonate = (apiGroup: string, resource: string, resourceNames?: readonly string[]) => ({
    apiGroups: [apiGroup],
    resources: [resource],
    verbs: ['impersonate'],
    ...(resourceNames === undefined ? {} : { resourceNames: [...resourceNames] }),
  });
  return [
    impersonate('', 'users', [name]),
    impersonate('', 'groups', groups),
    impersonate('authentication.k8s.io', 'userextras/principalid', extra['principalid'] ?? []),
    impersonate('authentication.k8s.io', 'userextras/username', extra['username'] ?? []),
    // These differ by request.
    impersonate('authentication.k8s.io', 'userextras/requesttokenid'),
    impersonate('authentication.k8s.io', 'userextras/requesthost'),
  ];
}

async function requestToken(client: Client, name: string): Promise<Secret> {
  const path = resourcePath(serviceAccounts, { namespace: IMPERSONATION_NAMESPACE, name, subresource: 'token' });
  const answer = await client.post(path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: TOKEN_SECONDS },
  });
  const status = isJsonObject(answer) ? (answer['status'] as JsonObject | undefined) : undefined;
  const token = status?.['token'];
  if (typeof token !== 'string') throw new TransportError('the cluster answered a TokenRequest without a token');
  return new Secret(token);
}
