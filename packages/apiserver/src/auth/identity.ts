import { dnsLabel, dnsSubdomain, type Identity, SYSTEM_MASTERS } from '@drover/api';

/** The group of everyone who proved who they are, and of everyone who did not. */
export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';
/** Who makes a request without credentials. */
export const ANONYMOUS = 'system:anonymous';

export const anonymous: Identity = { name: ANONYMOUS, groups: [UNAUTHENTICATED], extra: {} };

/**
 * Who a connection is before its requests are read: an identity that was proved by other means, or somebody who showed a certificate
 * that proves nothing. Such a one is nobody at all, not even anonymous, unless a request proves more.
 */
export type Sender = Identity | 'unverified';

/** The server's own controllers. */
export const serverIdentity: Identity = {
  name: 'system:apiserver',
  groups: [SYSTEM_MASTERS, AUTHENTICATED],
  extra: {},
};

/** Who the data directory's administrator token is. */
export const adminIdentity: Identity = { name: 'system:admin', groups: [SYSTEM_MASTERS, AUTHENTICATED], extra: {} };

/** A service account's user name. */
export const serviceAccountUser = (namespace: string, name: string): string =>
  `system:serviceaccount:${namespace}:${name}`;

/** The groups of each service account of a namespace. */
export const serviceAccountGroups = (namespace: string): string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
];

/** The service account a user name stands for, if there can be one of such names. */
export function serviceAccountOf(user: string): { namespace: string; name: string } | undefined {
  const [, namespace = '', name = ''] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return dnsLabel(namespace) === undefined && dnsSubdomain(name) === undefined ? { namespace, name } : undefined;
}
