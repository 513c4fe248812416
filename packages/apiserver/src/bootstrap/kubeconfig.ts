/** A kubeconfig with one cluster and one user, in YAML. */
export function kubeconfig(cluster: { readonly url: string; readonly caPem: string; readonly token: string }): string {
  const quoted = (text: string): string => JSON.stringify(text);
  return `apiVersion: v1
kind: Config
clusters:
- name: drover
  cluster:
    server: ${quoted(cluster.url)}
    certificate-authority-data: ${Buffer.from(cluster.caPem).toString('base64')}
contexts:
- name: drover
  context:
    cluster: drover
    user: admin
current-context: drover
users:
- name: admin
  user:
    token: ${quoted(cluster.token)}
`;
}
