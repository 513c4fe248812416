import { type ApiRequest, type Attributes, badRequest, forbidden, type Identity, SYSTEM_MASTERS } from '@drover/api';
import { authorize } from './authorize.js';
import { ANONYMOUS, AUTHENTICATED, serviceAccountGroups, serviceAccountOf, UNAUTHENTICATED } from './identity.js';
import type { RuleIndex } from './rule-index.js';

const USER = 'impersonate-user';
const GROUP = 'impersonate-group';
const UID = 'impersonate-uid';
const EXTRA = 'impersonate-extra-';

/**
 * The identity a request acts as: the caller's own, or the one its Impersonate-* headers name, when the caller may impersonate
 * each part of it. Nobody reaches system:masters who does not hold everything already.
 *
 * @throws ApiError BadRequest for headers that make no identity, Forbidden naming the part that is refused.
 */
export function impersonated(request: ApiRequest, caller: Identity, rules: RuleIndex): Identity {
  if (!impersonates(request)) return caller;
  const names = Object.keys(request.headers).filter(says);
  const unknown = names.find((name) => name !== USER && name !== GROUP && name !== UID && !name.startsWith(EXTRA));
  if (unknown !== undefined) throw badRequest(`unknown impersonation header ${unknown}`);
  const users = values(request, USER);
  const [user] = users;
  if (users.length > 1) throw badRequest(`${USER} may be given once`);
  if (user === undefined || user === '') throw badRequest('requested impersonation without impersonating a user');
  const groups = values(request, GROUP);
  const uids = values(request, UID);
  if (uids.length > 1) throw badRequest(`${UID} may be given once`);
  const extra = extras(request, names);

  const allow = (attributes: Attributes): void => authorize(rules, caller, attributes);
  const account = serviceAccountOf(user);
  if (account) allow({ verb: 'impersonate', group: '', resource: 'serviceaccounts', ...account });
  else allow({ verb: 'impersonate', group: '', resource: 'users', name: user });
  for (const group of groups) {
    allow({ verb: 'impersonate', group: '', resource: 'groups', name: group });
    if (group === SYSTEM_MASTERS) requireEverything(caller, rules);
  }
  for (const [key, texts] of Object.entries(extra)) {
    for (const name of texts) {
      allow({ verb: 'impersonate', group: 'authentication.k8s.io', resource: 'userextras', subresource: key, name });
    }
  }
  const [uid] = uids;
  if (uid !== undefined) allow({ verb: 'impersonate', group: 'authentication.k8s.io', resource: 'uids', name: uid });
  return {
    name: user,
    ...(uid === undefined ? {} : { uid }),
    groups: withStanding(user, groups.length === 0 && account ? serviceAccountGroups(account.namespace) : groups),
    extra,
  };
}

const says = (header: string): boolean => header.startsWith('impersonate-');

function impersonates({ headers }: ApiRequest): boolean {
  for (const name in headers) if (says(name)) return true;
  return false;
}

/** Every identity but the anonymous one is an authenticated one, unless it is said that it is not. */
function withStanding(user: string, groups: readonly string[]): string[] {
  const standing = user === ANONYMOUS ? UNAUTHENTICATED : AUTHENTICATED;
  const said = groups.includes(UNAUTHENTICATED) || (user !== ANONYMOUS && groups.includes(AUTHENTICATED));
  return said ? [...groups] : [...groups, standing];
}

function requireEverything(caller: Identity, rules: RuleIndex): void {
  const resources = rules.decide(caller, { verb: '*', group: '*', resource: '*' });
  const paths = rules.decide(caller, { verb: '*', path: '*' });
  if (resources.allowed && paths.allowed) return;
  const why = `User "${caller.name}" cannot impersonate the group ${SYSTEM_MASTERS}: it may do more than the user may`;
  throw forbidden({ group: '', plural: 'groups' }, SYSTEM_MASTERS, why);
}

function values({ headers }: ApiRequest, name: string): string[] {
  const value = headers[name];
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : [...value];
}

function extras(request: ApiRequest, names: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(
    names
      .filter((name) => name.startsWith(EXTRA))
      .map((name) => {
        const key = decoded(name.slice(EXTRA.length));
        if (key === '') throw badRequest('an impersonated extra has no key');
        return [key, values(request, name)];
      }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
