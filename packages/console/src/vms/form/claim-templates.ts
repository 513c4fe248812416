import type { DiskRow } from './model.js';

/** Where Harvester keeps the claims that it makes for a machine. */
export const TEMPLATES_ANNOTATION = 'harvesterhci.io/volumeClaimTemplates';

/** Which image a claim is made from, `namespace/name`. */
const IMAGE_ANNOTATION = 'harvesterhci.io/imageId';

/** One claim of the annotation. */
export interface ClaimTemplate {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly accessModes: readonly string[];
    readonly resources: { readonly requests: { readonly storage: string } };
    readonly volumeMode: string;
    readonly storageClassName?: string;
  };
}

/** The claim that a disk needs; `undefined` for one that exists. */
function claimTemplate(row: DiskRow): ClaimTemplate | undefined {
  if (row.source.kind === 'existing') return undefined;
  const { storageClassName } = row.source;
  return {
    metadata: {
      name: row.claimName,
      ...(row.source.kind === 'image' ? { annotations: { [IMAGE_ANNOTATION]: row.source.imageId } } : {}),
    },
    spec: {
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: row.size } },
      volumeMode: 'Block',
      ...(storageClassName === '' ? {} : { storageClassName }),
    },
  };
}

/** The annotation's value for the disks; templates that `known` has and the form only restates keep their other fields. */
export function claimTemplates(rows: readonly DiskRow[], known: string | undefined): string {
  const before = parseTemplates(known);
  return JSON.stringify(
    rows.flatMap((row) => {
      const old = before.find(({ metadata }) => metadata.name === row.claimName);
      const template = claimTemplate(row);
      if (template === undefined) return old === undefined ? [] : [old];
      if (old === undefined) return [template];
      return [
        {
          ...old,
          metadata: { ...old.metadata, ...template.metadata },
          spec: { ...template.spec, ...old.spec, resources: template.spec.resources },
        },
      ];
    }),
  );
}

/** Reads the annotation; what is not a list of claims counts as none. */
export function parseTemplates(text: string | undefined): ClaimTemplate[] {
  try {
    const parsed: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(parsed) ? parsed.filter(isTemplate) : [];
  } catch {
    return [];
  }
}

/** The image a claim is made from. */
export const imageOf = (template: ClaimTemplate | undefined): string | undefined =>
  template?.metadata.annotations?.[IMAGE_ANNOTATION];

function isTemplate(value: unknown): value is ClaimTemplate {
  return (
    typeof value === 'object' &&
    value !== null &&
    'metadata' in value &&
    typeof value.metadata === 'object' &&
    value.metadata !== null &&
    'name' in value.metadata &&
    typeof value.metadata.name === 'string' &&
    'spec' in value &&
    typeof value.spec === 'object' &&
    value.spec !== null
  );
}
