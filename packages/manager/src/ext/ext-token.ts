import {
  ApiError,
  conflict,
  invalid,
  isJsonObject,
  type JsonObject,
  type ManagementToken,
  managementTokens,
  matchesLabels,
  notFound,
  parseLabelSelector,
  type StatusCause,
  type Stored,
} from '@drover/api';
import type { Client } from '@drover/client';
import { getIfPresent } from '@drover/controller';
import { cause } from '../admission/fields.js';
import type { Caller } from '../identity/caller.js';
import type { TokenAccess } from '../identity/token-access.js';
import { KIND_LABEL } from '../identity/token-kind.js';
import { expiryOf, type TokenLife } from '../identity/token-life.js';
import type { NewToken, Tokens } from '../identity/tokens.js';
import type { ExtKind } from './ext-kind.js';
import { countOf, demandFields, demandUser, EXT, type ExtCall, specOf, textOf } from './ext-request.js';

const TOKENS = { group: EXT.group, plural: 'tokens', kind: 'Token' };
const FIELDS = ['userID', 'userPrincipal', 'kind', 'description', 'ttl', 'enabled', 'clusterName'];
/** Fields that stay what they were made with. */
const FIXED = ['userID', 'userPrincipal', 'kind', 'clusterName'];

/**
 * Tokens: the same that `/v3/tokens` shows, in another form. Everybody's own, and others' for who may manage their users; `status.value`
 * and `status.bearerToken` are in the answer of a creation alone.
 */
export function extTokens(parts: {
  readonly client: Client;
  readonly tokens: Tokens;
  readonly access: TokenAccess;
  readonly life: TokenLife;
  readonly demandCluster: (caller: Caller, cluster: string) => Promise<unknown>;
}): ExtKind {
  const { client, tokens, access, life } = parts;
  const find = async (call: ExtCall, name: string): Promise<Stored<ManagementToken>> => {
    const found = await getIfPresent(client, managementTokens, { name });
    if (found === undefined || !(await access.maySee(call.identity, found.userId ?? ''))) throw notFound(TOKENS, name);
    return found;
  };
  const change = async (call: ExtCall, name: string): Promise<Stored<ManagementToken>> => {
    const token = await find(call, name);
    const fault = await access.endingFault(call.identity, token.userId ?? '');
    if (fault !== undefined) throw new ApiError('Forbidden', fault);
    return token;
  };
  const shown = (token: Stored<ManagementToken>, call: ExtCall): object => documentOf(token, call, life);
  return {
    kind: 'Token',
    plural: 'tokens',
    singular: 'token',
    async create(call, document) {
      const caller = demandUser(call);
      const made = await make(caller, specOf(document), document);
      const [, key = ''] = made.bearer.reveal().split(':');
      const { status, ...rest } = shown(made.token, call) as { status: object };
      return { ...rest, status: { ...status, value: key, bearerToken: `ext/${made.bearer.reveal()}` } };
    },
    async list(call) {
      const { items, metadata } = await client.list(managementTokens);
      const all = await access.maySee(call.identity);
      const mine = all ? items : items.filter(({ userId }) => userId === call.identity.name);
      const wanted = parseLabelSelector(call.query.get('labelSelector') ?? '');
      return {
        resourceVersion: metadata.resourceVersion ?? '',
        items: mine
          .filter(({ metadata: { labels } }) => matchesLabels(wanted, labels))
          .map((token) => shown(token, call)),
      };
    },
    get: async (call, name) => shown(await find(call, name), call),
    async update(call, name, document) {
      const token = await change(call, name);
      const spec = specOf(document);
      demandFields(spec, FIELDS);
      const { spec: before } = shown(token, call) as { spec: JsonObject };
      const fixed = FIXED.filter((field) => JSON.stringify(spec[field] ?? '') !== JSON.stringify(before[field] ?? ''));
      const ttl = countOf(spec, 'ttl') ?? token.ttl ?? 0;
      const longer = token.ttl !== 0 && (ttl === 0 || ttl > (token.ttl ?? 0));
      refuse(name, [
        ...fixed.map((field) => cause(`spec.${field}`, 'cannot be changed: make another token')),
        ...(longer ? [cause('spec.ttl', 'can only become shorter: make another token')] : []),
      ]);
      const version = versionOf(document);
      if (version !== undefined && version !== token.metadata.resourceVersion)
        throw conflict(TOKENS, name, 'the object has been modified');
      const patch = { ttl, description: textOf(spec, 'description'), enabled: spec['enabled'] !== false };
      return shown(await client.patch(managementTokens, { name }, { type: 'merge', patch }), call);
    },
    async remove(call, name) {
      const token = await change(call, name);
      await tokens.revoke(token);
      return shown(token, call);
    },
  };

  async function make(caller: Caller, spec: JsonObject, document: JsonObject): Promise<NewToken> {
    demandFields(spec, FIELDS);
    const owner = textOf(spec, 'userID');
    const kind = textOf(spec, 'kind');
    const name = isJsonObject(document['metadata']) ? document['metadata']['name'] : undefined;
    refuse('', [
      ...(owner === '' || owner === caller.user.metadata.name ? [] : [cause('spec.userID', 'must be your own id')]),
      ...(name === undefined || name === '' ? [] : [cause('metadata.name', 'is made here: give a generateName')]),
      ...(['', 'derived', 'kubeconfig', 'provisioning'].includes(kind)
        ? []
        : [cause('spec.kind', `"${kind}" cannot be made here: use derived, kubeconfig or provisioning`)]),
      ...(spec['enabled'] === false ? [cause('spec.enabled', 'a token that is not enabled is not made')] : []),
    ]);
    const clusterName = textOf(spec, 'clusterName') || undefined;
    if (clusterName !== undefined) await parts.demandCluster(caller, clusterName);
    const ttlMs = countOf(spec, 'ttl');
    const wish = {
      description: textOf(spec, 'description'),
      ...(clusterName === undefined ? {} : { clusterName }),
      ...(ttlMs === undefined ? {} : { ttlMs }),
    };
    if (kind === 'kubeconfig') return tokens.kubeconfig(caller.user, wish);
    if (kind !== 'provisioning') return tokens.derived(caller.user, wish);
    if (!(await access.mayMakeEndless(caller.identity)))
      throw new ApiError('Forbidden', 'a key that never ends takes the right to create tokens (management.cattle.io)');
    const { ttlMs: _, ...endless } = wish;
    return tokens.endless(caller.user, endless);
  }
}

function documentOf(token: Stored<ManagementToken>, { token: shown }: ExtCall, life: TokenLife): object {
  const { metadata, userId, userPrincipal, description, ttl, enabled, clusterName, lastUsedAt, activityLastSeenAt } =
    token;
  const { name, uid, resourceVersion, creationTimestamp, labels } = metadata;
  const expiry = expiryOf(token);
  return {
    metadata: { name, uid, resourceVersion, creationTimestamp, ...(labels === undefined ? {} : { labels }) },
    spec: {
      userID: userId ?? '',
      ...(userPrincipal === undefined ? {} : { userPrincipal }),
      kind: labels?.[KIND_LABEL] ?? '',
      description: description ?? '',
      ttl: ttl ?? 0,
      enabled: enabled !== false,
      clusterName: clusterName ?? '',
    },
    status: {
      expired: ['expired', 'idle'].includes(life.fault(token) ?? ''),
      expiresAt: expiry === undefined ? '' : new Date(expiry).toISOString(),
      current: name === shown?.metadata.name,
      ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
      ...(activityLastSeenAt === undefined ? {} : { lastActivitySeen: activityLastSeenAt }),
    },
  };
}

function refuse(name: string, causes: readonly StatusCause[]): void {
  if (causes.length > 0) throw invalid(TOKENS, name, causes);
}

function versionOf({ metadata }: JsonObject): string | undefined {
  const version = isJsonObject(metadata) ? metadata['resourceVersion'] : undefined;
  return typeof version === 'string' && version !== '' ? version : undefined;
}
