import { readFileSync } from 'node:fs';

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Reads the default roles and bindings: one row each, and makes Kubernetes objects of them. */
export function readRbac(file: string): object[] {
  const rows: Row[] = JSON.parse(readFileSync(file, 'utf8'));
  return rows.map(({ kind, name, namespace, labels = {}, rules, aggregationRule, roleRef, subjects }) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
      labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    },
    ...(aggregationRule ? { aggregationRule } : {}),
    ...(roleRef ? { roleRef, subjects: subjects ?? [] } : { rules: rules ?? [] }),
  }));
}
