import { encodeYaml, type JsonObject } from '@drover/api';
import type { Secret } from '@drover/kit';

/** How a kubeconfig's user shows who it is: by a token in it, or by asking for one when it is used. */
export type KubeconfigUser =
  | { readonly token: Secret }
  | { readonly signInAt: string; readonly userName: string; readonly cluster: string };

/** A kubeconfig with one cluster, user and context, all called `name`. */
export function kubeconfigOf(facts: {
  readonly name: string;
  readonly server: string;
  /** PEM; empty when the server's certificate is publicly trusted. */
  readonly caPem: string;
  readonly user: KubeconfigUser;
}): string {
  const { name, server, caPem, user } = facts;
  const authority =
    caPem.trim() === '' ? {} : { 'certificate-authority-data': Buffer.from(`${caPem.trim()}\n`).toString('base64') };
  return encodeYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, ...authority } }],
    users: [{ name, user: credentialsOf(user) }],
    contexts: [{ name, context: { user: name, cluster: name } }],
    'current-context': name,
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
      args: ['token', `--server=${new URL(signInAt).host}`, `--user=${userName}`, `--cluster=${cluster}`],
    },
  };
}
