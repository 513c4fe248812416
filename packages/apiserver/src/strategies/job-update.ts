import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, StatusCause } from '@drover/api';
import { type Fields, fieldsOf, inner, loose } from './absent.js';

/** What of a job is settled when it is made (ValidateJobSpecUpdate of kube-apiserver 1.32). */
const SETTLED = [
  'selector',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
];
/** What of its pods may still change while it is suspended and none was ever started: where they are to run. */
const PLACEMENT = ['nodeSelector', 'tolerations', 'schedulingGates', 'affinity'];

/** Why a job may not be changed so: its pods are counted by what they were made from. */
export function jobUpdateCauses(object: KubeObject, old: KubeObject): StatusCause[] {
  const [now = {}, before = {}] = [object, old].map((job) => inner(loose(job), 'spec'));
  return [
    ...(now['selector'] === undefined ? [required('spec.selector')] : []),
    ...SETTLED.filter((field) => now[field] !== undefined || field !== 'selector')
      .filter((field) => !isDeepStrictEqual(now[field], before[field]))
      .map((field) => immutable(`spec.${field}`, now[field])),
    ...(completionsKept(now, before) ? [] : [immutable('spec.completions', now['completions'])]),
    ...(templateKept(now, before, old) ? [] : [immutable('spec.template', now['template'])]),
  ];
}

/** An indexed job may become larger or smaller together with its parallelism. */
function completionsKept(now: Fields, before: Fields): boolean {
  if (now['completions'] === before['completions']) return true;
  const indexed = before['completionMode'] === 'Indexed';
  const { completions, parallelism } = now;
  return (
    indexed && typeof completions === 'number' && completions === parallelism && before['completions'] !== undefined
  );
}

function templateKept(now: Fields, before: Fields, old: KubeObject): boolean {
  const [wanted, had] = [now['template'], before['template']];
  if (isDeepStrictEqual(wanted, had)) return true;
  const started = inner(loose(old), 'status')?.['startTime'];
  if (before['suspend'] !== true || (started !== undefined && started !== null)) return false;
  return isDeepStrictEqual(withoutPlacement(fieldsOf(wanted) ?? {}), withoutPlacement(fieldsOf(had) ?? {}));
}

function withoutPlacement({ metadata, spec, ...template }: Fields): object {
  const { labels: _, annotations: __, ...named } = fieldsOf(metadata) ?? {};
  const pods = Object.entries(fieldsOf(spec) ?? {}).filter(([field]) => !PLACEMENT.includes(field));
  return { ...template, metadata: named, spec: Object.fromEntries(pods) };
}

const required = (field: string): StatusCause => ({ reason: 'FieldValueRequired', message: 'Required value', field });

const immutable = (field: string, value: unknown): StatusCause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value) ?? 'null'}: field is immutable`,
  field,
});
