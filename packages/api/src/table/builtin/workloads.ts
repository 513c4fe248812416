import type {
  ControllerRevision,
  DaemonSet,
  Deployment,
  ReplicaSet,
  StatefulSet,
} from '../../generated/types/apps-v1.js';
import type { CronJob, Job } from '../../generated/types/batch-v1.js';
import type { PodSpec } from '../../generated/types/core-v1.js';
import type { LabelSelector } from '../../generated/types/meta-v1.js';
import type { KubeObject } from '../../object.js';
import { formatLabelSelector, labelRequirements } from '../../selectors/label-selector.js';
import { formatAge, formatDuration } from '../age.js';
import { AGE, type Column, count, joined, labelText, NAME, NONE, text, wide } from '../column.js';

const selectorText = (selector: LabelSelector | undefined): string =>
  selector ? formatLabelSelector(labelRequirements(selector)) || NONE : NONE;

const containers = (pod: PodSpec | undefined): string => joined((pod?.containers ?? []).map(({ name }) => name));
const images = (pod: PodSpec | undefined): string => joined((pod?.containers ?? []).map(({ image = '' }) => image));

const podColumns = <T extends KubeObject>(pod: (object: T) => PodSpec | undefined): Column<T>[] => [
  wide(text('Containers', (object) => containers(pod(object)))),
  wide(text('Images', (object) => images(pod(object)))),
];

/** What a table shows of a Deployment. */
export const deploymentColumns: Column<Deployment>[] = [
  NAME,
  text('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 1}`),
  count('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0),
  count('Available', ({ status }) => status?.availableReplicas ?? 0),
  AGE,
  ...podColumns<Deployment>(({ spec }) => spec?.template.spec),
  wide(text('Selector', ({ spec }) => selectorText(spec?.selector))),
];

/** What a table shows of a ReplicaSet. */
export const replicaSetColumns: Column<ReplicaSet>[] = [
  NAME,
  count('Desired', ({ spec }) => spec?.replicas ?? 1),
  count('Current', ({ status }) => status?.replicas ?? 0),
  count('Ready', ({ status }) => status?.readyReplicas ?? 0),
  AGE,
  ...podColumns<ReplicaSet>(({ spec }) => spec?.template?.spec),
  wide(text('Selector', ({ spec }) => selectorText(spec?.selector))),
];

/** What a table shows of a DaemonSet. */
export const daemonSetColumns: Column<DaemonSet>[] = [
  NAME,
  count('Desired', ({ status }) => status?.desiredNumberScheduled ?? 0),
  count('Current', ({ status }) => status?.currentNumberScheduled ?? 0),
  count('Ready', ({ status }) => status?.numberReady ?? 0),
  count('Up-to-date', ({ status }) => status?.updatedNumberScheduled ?? 0),
  count('Available', ({ status }) => status?.numberAvailable ?? 0),
  text('Node Selector', ({ spec }) => labelText(spec?.template.spec?.nodeSelector)),
  AGE,
  ...podColumns<DaemonSet>(({ spec }) => spec?.template.spec),
  wide(text('Selector', ({ spec }) => selectorText(spec?.selector))),
];

/** What a table shows of a StatefulSet. */
export const statefulSetColumns: Column<StatefulSet>[] = [
  NAME,
  text('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 1}`),
  AGE,
  ...podColumns<StatefulSet>(({ spec }) => spec?.template.spec),
];

/** What a table shows of a ControllerRevision. */
export const controllerRevisionColumns: Column<ControllerRevision>[] = [
  NAME,
  text('Controller', ({ metadata }) => {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller);
    return owner ? `${owner.kind.toLowerCase()}/${owner.name}` : NONE;
  }),
  count('Revision', ({ revision }) => revision),
  AGE,
];

/** What a table shows of a Job. */
export const jobColumns: Column<Job>[] = [
  NAME,
  text('Status', jobStatus),
  text('Completions', ({ spec, status }) => {
    const done = status?.succeeded ?? 0;
    if (spec?.completions !== undefined) return `${done}/${spec.completions}`;
    const parallelism = spec?.parallelism ?? 0;
    return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
  }),
  text('Duration', ({ status }, now) => {
    if (status?.startTime === undefined) return '';
    const end = status.completionTime === undefined ? now : Date.parse(status.completionTime);
    return formatDuration((end - Date.parse(status.startTime)) / 1000);
  }),
  AGE,
  ...podColumns<Job>(({ spec }) => spec?.template.spec),
  wide(text('Selector', ({ spec }) => selectorText(spec?.selector))),
];

function jobStatus({ metadata, status }: Job): string {
  const has = (wanted: string): boolean =>
    status?.conditions?.some(({ type, status: state }) => type === wanted && state === 'True') ?? false;
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  if (has('FailureTarget')) return 'FailureTarget';
  return has('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

/** What a table shows of a CronJob. */
export const cronJobColumns: Column<CronJob>[] = [
  NAME,
  text('Schedule', ({ spec }) => spec?.schedule ?? ''),
  text('Timezone', ({ spec }) => spec?.timeZone ?? NONE),
  text('Suspend', ({ spec }) => (spec?.suspend ? 'True' : 'False')),
  count('Active', ({ status }) => status?.active?.length ?? 0),
  text('Last Schedule', ({ status }, now) =>
    status?.lastScheduleTime === undefined ? NONE : formatAge(status.lastScheduleTime, now),
  ),
  AGE,
  ...podColumns<CronJob>(({ spec }) => spec?.jobTemplate.spec?.template.spec),
];
