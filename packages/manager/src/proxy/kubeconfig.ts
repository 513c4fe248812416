import { encodeYaml, type JsonObject } from '@drover/api';
import type { Secret } from '@drover/kit';

/** How a kubeconfig's user shows who it is: by a token in it, or by asking for one when it is used. */
export type KubeconfigUser =
  | { readonly token: Secret }
  | { readonly signInAt: string; readonly userName: string; readonly cluster: string | undefined };

/** One cluster of a kubeconfig: its id here, the name it has there, and its address. */
export interface KubeconfigCluster {
  readonly id: string;
  readonly name: string;
  readonly server: string;
}

/** A kubeconfig with one cluster, user and context, all called `name`. */
export function kubeconfigOf({
  name,
  server,
  ...facts
}: {
  readonly name: string;
  readonly server: string;
  /** PEM; empty when the server's certificate is publicly trusted. */
  readonly caPem: string;
  readonly user: KubeconfigUser;
}): string {
  return kubeconfigFor({ ...facts, clusters: [{ id: name, name, server }], current: name });
}

/** A kubeconfig with a context for each cluster, called like it, all with the same user, called like the current one. */
export function kubeconfigFor(facts: {
  readonly clusters: readonly KubeconfigCluster[];
  /** The name of the one that is used when none is said. */
  readonly current: string;
  readonly caPem: string;
  readonly user: KubeconfigUser;
}): string {
  const { clusters, current, caPem, user } = facts;
  const authority =
    caPem.trim() === '' ? {} : { 'certificate-authority-data': Buffer.from(`${caPem.trim()}\n`).toString('base64') };
  return encodeYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: clusters.map(({ name, server }) => ({ name, cluster: { server, ...authority } })),
    users: [{ name: current, user: credentialsOf(user) }],
    contexts: clusters.map(({ name }) => ({ name, context: { user: current, cluster: name } })),
    'current-context': current,
  });
}

/** Without a token, Rancher's command-line program asks for one: reference `rancher.md`, 3.5. */
function credentialsOf(user: KubeconfigUser): JsonObject {
  if ('token' in user) return { token: user.token.reveal() };
  const { signInAt, userName, cluster } = user;
  return {
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      command: 'rancher',
      args: [
        'token',
        `--server=${new URL(signInAt).host}`,
        `--user=${userName}`,
        ...(cluster === undefined ? [] : [`--cluster=${cluster}`]),
      ],
    },
  };
}
