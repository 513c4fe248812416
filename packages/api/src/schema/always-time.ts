import type { Schema } from './schema.js';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** A time that is a value in Go: it is always encoded, as null when nobody said one, which the documents do not tell. */
const VALUES: Readonly<Record<string, Schema>> = Object.fromEntries(
  ['Time', 'MicroTime'].map((name): [string, Schema] => {
    const $ref = `#/components/schemas/${META}.${name}`;
    return [$ref, { allOf: [{ $ref }], default: null, nullable: true }];
  }),
);

/** Times that are pointers in Go (`omitempty`), by the kind of their struct and their field. */
const POINTERS: ReadonlySet<string> = new Set([
  'CronJobStatus.lastScheduleTime',
  'CronJobStatus.lastSuccessfulTime',
  'HorizontalPodAutoscalerStatus.lastScaleTime',
  'JobStatus.completionTime',
  'JobStatus.startTime',
  'LeaseSpec.acquireTime',
  'LeaseSpec.renewTime',
  'ManagedFieldsEntry.time',
  'ObjectMeta.deletionTimestamp',
  'PersistentVolumeStatus.lastPhaseTransitionTime',
  'PodStatus.startTime',
  'Taint.timeAdded',
]);

/** The schema of a field of a built-in kind's struct: one that says so where the field is a time that is always encoded. */
export function withAlwaysTime(schema: Schema, component: string, field: string): Schema {
  const value = schema.$ref === undefined ? undefined : VALUES[schema.$ref];
  if (value === undefined) return schema;
  return POINTERS.has(`${component.slice(component.lastIndexOf('.') + 1)}.${field}`) ? schema : value;
}
