import type { Identity, ManagementToken, Stored, User } from '@drover/api';

/** A user who has shown a token that holds. */
export interface Caller {
  readonly user: Stored<User>;
  readonly token: Stored<ManagementToken>;
  readonly via: 'bearer' | 'basic' | 'cookie';
  /** Who they are to the Kubernetes API. */
  readonly identity: Identity;
}

/** The cluster that the caller's token is for, when it is for one only. */
export const scopeOf = ({ token }: Caller): string | undefined => token.clusterName || undefined;

/** Why a token for one cluster only does not do here. */
export const outOfScope = (cluster: string): string =>
  `the API key is for the cluster ${cluster} only: it reaches nothing but /k8s/clusters/${cluster}`;

/** Whether the user may only see itself, change its password and leave, because somebody else chose the password. */
export const mustChangePassword = ({ user }: Caller): boolean => user.mustChangePassword === true;

/** The Kubernetes identity of a user: its object's name, its groups, and the facts Rancher sends as extras. */
export function identityOf(
  user: Stored<User>,
  groups: readonly string[],
  request: { readonly token: string; readonly host: string },
): Identity {
  return {
    name: user.metadata.name,
    groups: [...groups, 'system:authenticated', 'system:cattle:authenticated'],
    extra: {
      principalid: [`local://${user.metadata.name}`],
      username: [user.username ?? user.metadata.name],
      requesttokenid: [request.token],
      requesthost: [request.host],
    },
  };
}

/** `identity` as the header fields that make a Kubernetes API act in its name. */
export function impersonationHeaders(identity: Identity): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {
    'impersonate-user': identity.name,
    'impersonate-group': [...identity.groups],
  };
  for (const [key, values] of Object.entries(identity.extra)) {
    fields[`impersonate-extra-${encodeURIComponent(key.toLowerCase())}`] = values.map(printable);
  }
  return fields;
}

/** Header values are bytes 0x20–0x7e; anything else (a user name in another script) is sent percent-encoded. */
function printable(value: string): string {
  return /^[\x20-\x7e]*$/.test(value) ? value : encodeURIComponent(value);
}
