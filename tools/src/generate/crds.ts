import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Schema, withoutProse } from './schema.js';

interface Names {
  readonly kind: string;
  readonly listKind?: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly schema: { readonly openAPIV3Schema: Schema };
  readonly subresources?: Readonly<Record<string, unknown>>;
  readonly additionalPrinterColumns?: readonly Readonly<Record<string, unknown>>[];
}

/** A CustomResourceDefinition document, as far as this generator looks into it. */
export interface Crd {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly group: string;
    readonly scope: 'Namespaced' | 'Cluster';
    readonly names: Names;
    readonly versions: readonly [Version];
  };
}

/** Says who approved a kind in a group of Kubernetes' own; without it an API server refuses the definition. */
const APPROVAL = 'api-approved.kubernetes.io';

/**
 * Reads the CRDs of one folder, those named in `only` or else all: their storage version, without prose, and of the annotations
 * only the approval.
 * Answers none when the folder is not there.
 */
export function readCrds(directory: string, only?: readonly string[]): Crd[] {
  if (!existsSync(directory)) return [];
  const files = only ? only.map((name) => `${name}.yaml`) : readdirSync(directory).sort();
  return files.map((file) => facts(parse(readFileSync(join(directory, file), 'utf8')) as Crd));
}

function facts({ metadata, spec }: Crd): Crd {
  const stored = (spec.versions as readonly Version[]).find(({ storage }) => storage);
  if (!stored) throw new Error(`${metadata.name} has no storage version`);
  const approval = metadata.annotations?.[APPROVAL];
  const columns = stored.additionalPrinterColumns?.map(({ description: _prose, ...column }) => column);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: metadata.name,
      ...(metadata.labels ? { labels: metadata.labels } : {}),
      ...(approval === undefined ? {} : { annotations: { [APPROVAL]: approval } }),
    },
    spec: {
      group: spec.group,
      scope: spec.scope,
      names: spec.names,
      versions: [
        {
          name: stored.name,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: withoutProse(stored.schema.openAPIV3Schema) },
          ...(stored.subresources ? { subresources: stored.subresources } : {}),
          ...(columns ? { additionalPrinterColumns: columns } : {}),
        },
      ],
    },
  };
}
