import { ApiError, badRequest, forbidden, notFound } from '@drover/api';
import { rfc3339 } from '@drover/controller';
import { Secret } from '@drover/kit';
import type { Directory } from '../identity/directory.js';
import type { PasswordChanges } from '../identity/password-changes.js';
import { isSession } from '../identity/token-kind.js';
import type { TokenLife } from '../identity/token-life.js';
import type { ExtKind } from './ext-kind.js';
import { demandFields, demandUser, EXT, type ExtCall, specOf, textOf } from './ext-request.js';

/** SelfUser: who the caller is. */
export const selfUser: ExtKind = {
  kind: 'SelfUser',
  plural: 'selfusers',
  singular: 'selfuser',
  create: async ({ identity }) => ({ metadata: {}, status: { userID: identity.name } }),
};

/** PasswordChangeRequest: one's own password by the current one, somebody else's by who has no less. */
export function passwordChangeRequests(changes: PasswordChanges): ExtKind {
  return {
    kind: 'PasswordChangeRequest',
    plural: 'passwordchangerequests',
    singular: 'passwordchangerequest',
    async create(call, document) {
      const { user, token, identity } = demandUser(call);
      const spec = specOf(document);
      demandFields(spec, ['userID', 'currentPassword', 'newPassword']);
      const userID = textOf(spec, 'userID') || user.metadata.name;
      const wanted = new Secret(required(spec, 'newPassword'));
      if (userID === user.metadata.name) {
        const current = new Secret(required(spec, 'currentPassword'));
        await changes.own(user, { current, wanted, address: '', token });
      } else await changes.others(identity, userID, wanted, token.metadata.name);
      // The passwords that were sent are not sent back.
      return {
        metadata: {},
        spec: { userID },
        status: { summary: 'Completed', conditions: [done('PasswordUpdated')] },
      };
    },
  };
}

function required(spec: Parameters<typeof textOf>[0], field: string): string {
  const value = textOf(spec, field);
  if (value === '') throw badRequest(`spec.${field} is required`);
  return value;
}

/**
 * GroupMembershipRefreshRequest: asks identity providers anew in which groups a user is, or all (`*`). Local users are in the groups that
 * their attributes say, so there is nothing to ask.
 */
export function groupMembershipRefreshRequests(directory: Directory): ExtKind {
  return {
    kind: 'GroupMembershipRefreshRequest',
    plural: 'groupmembershiprefreshrequests',
    singular: 'groupmembershiprefreshrequest',
    async create(_, document) {
      const spec = specOf(document);
      demandFields(spec, ['userId']);
      const userId = required(spec, 'userId');
      if (userId !== '*' && directory.user(userId) === undefined)
        throw notFound({ group: 'management.cattle.io', plural: 'users' }, userId);
      const message = 'no identity provider is configured: groups are what the attributes of users say';
      return {
        metadata: {},
        spec: { userId },
        status: { summary: 'Completed', conditions: [{ ...done('UserRefreshInitiated'), message }] },
      };
    },
  };
}

/**
 * UserActivity: named as a session, says until when it goes on if nobody is there. Writing one says that somebody is: `spec.seenAt`, now
 * when that is absent, never in the future. A session speaks for itself alone.
 */
export function userActivities(life: TokenLife): ExtKind {
  const own = (call: ExtCall, name: string) => {
    const { token } = demandUser(call);
    const kind = { group: EXT.group, plural: 'useractivities' };
    if (token.metadata.name !== name) throw forbidden(kind, name, 'a session tells of its own activity only');
    if (!isSession(token)) throw forbidden(kind, name, 'the token is no session: it does not end by idling');
    return token;
  };
  const shown = (token: ReturnType<typeof own>, seenAt?: number) => {
    const end = life.endOf(token);
    return {
      metadata: { name: token.metadata.name, creationTimestamp: token.metadata.creationTimestamp },
      spec: seenAt === undefined ? {} : { seenAt: rfc3339(seenAt) },
      status: { expiresAt: end === undefined ? '' : rfc3339(end) },
    };
  };
  return {
    kind: 'UserActivity',
    plural: 'useractivities',
    singular: 'useractivity',
    get: async (call, name) => shown(own(call, name)),
    async update(call, name, document) {
      const token = own(call, name);
      const spec = specOf(document);
      demandFields(spec, ['seenAt']);
      const text = textOf(spec, 'seenAt');
      const seenAt = text === '' ? undefined : Date.parse(text);
      if (Number.isNaN(seenAt)) throw new ApiError('BadRequest', 'spec.seenAt must be a time, as 2026-01-31T12:00:00Z');
      life.seen(token, seenAt);
      return shown(token, seenAt);
    },
  };
}

const done = (type: string) => ({ type, status: 'True', reason: 'Completed', message: '' });
