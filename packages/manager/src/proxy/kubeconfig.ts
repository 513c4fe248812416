import { encodeYaml } from '@drover/api';
import type { Secret } from '@drover/kit';

/** A kubeconfig with one cluster, user and context, all called `name`. */
export function kubeconfigOf(facts: {
  readonly name: string;
  readonly server: string;
  /** PEM; empty when the server's certificate is publicly trusted. */
  readonly caPem: string;
  readonly token: Secret;
}): string {
  const { name, server, caPem, token } = facts;
  const authority =
    caPem.trim() === '' ? {} : { 'certificate-authority-data': Buffer.from(`${caPem.trim()}\n`).toString('base64') };
  return encodeYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, ...authority } }],
    users: [{ name, user: { token: token.reveal() } }],
    contexts: [{ name, context: { user: name, cluster: name } }],
    'current-context': name,
  });
}
