import type {
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from '../../generated/types/admissionregistration-v1.js';
import type { APIService } from '../../generated/types/apiregistration-v1.js';
import type { CertificateSigningRequest } from '../../generated/types/certificates-v1.js';
import type { Lease } from '../../generated/types/coordination-v1.js';
import type { RuntimeClass } from '../../generated/types/node-v1.js';
import type { PodDisruptionBudget } from '../../generated/types/policy-v1.js';
import type { ClusterRoleBinding, RoleBinding, Subject } from '../../generated/types/rbac-v1.js';
import type { PriorityClass } from '../../generated/types/scheduling-v1.js';
import { formatDuration } from '../age.js';
import { AGE, type Column, count, NAME, NONE, text, wide } from '../column.js';

const subjects = (all: readonly Subject[] | undefined, wanted: string): string =>
  (all ?? [])
    .filter(({ kind }) => kind === wanted)
    .map(({ name, namespace }) => (namespace === undefined ? name : `${namespace}/${name}`))
    .join(', ');

/** What a table shows of a RoleBinding or ClusterRoleBinding. */
export const roleBindingColumns: Column<RoleBinding | ClusterRoleBinding>[] = [
  NAME,
  text('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  AGE,
  wide(text('Users', ({ subjects: all }) => subjects(all, 'User'))),
  wide(text('Groups', ({ subjects: all }) => subjects(all, 'Group'))),
  wide(text('ServiceAccounts', ({ subjects: all }) => subjects(all, 'ServiceAccount'))),
];

/** What a table shows of a Lease. */
export const leaseColumns: Column<Lease>[] = [NAME, text('Holder', ({ spec }) => spec?.holderIdentity ?? ''), AGE];

/** What a table shows of a PodDisruptionBudget. */
export const disruptionBudgetColumns: Column<PodDisruptionBudget>[] = [
  NAME,
  text('Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
  text('Max Unavailable', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')),
  count('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed ?? 0),
  AGE,
];

/** What a table shows of a PriorityClass. */
export const priorityClassColumns: Column<PriorityClass>[] = [
  NAME,
  count('Value', ({ value }) => value),
  text('Global-Default', ({ globalDefault }) => String(globalDefault ?? false)),
  AGE,
  text('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? 'PreemptLowerPriority'),
];

/** What a table shows of a RuntimeClass. */
export const runtimeClassColumns: Column<RuntimeClass>[] = [NAME, text('Handler', ({ handler }) => handler), AGE];

/** What a table shows of an APIService. */
export const apiServiceColumns: Column<APIService>[] = [
  NAME,
  text('Service', ({ spec }) => (spec?.service ? `${spec.service.namespace}/${spec.service.name}` : 'Local')),
  text('Available', ({ status }) => {
    const available = status?.conditions?.find(({ type }) => type === 'Available');
    if (!available) return 'Unknown';
    return available.status === 'True' ? 'True' : `${available.status} (${available.reason ?? ''})`;
  }),
  AGE,
];

/** What a table shows of a MutatingWebhookConfiguration or ValidatingWebhookConfiguration. */
export const webhookColumns: Column<MutatingWebhookConfiguration | ValidatingWebhookConfiguration>[] = [
  NAME,
  count('Webhooks', ({ webhooks }) => webhooks?.length ?? 0),
  AGE,
];

/** What a table shows of a ValidatingAdmissionPolicy. */
export const admissionPolicyColumns: Column<ValidatingAdmissionPolicy>[] = [
  NAME,
  count('Validations', ({ spec }) => spec?.validations?.length ?? 0),
  text('ParamKind', ({ spec }) =>
    spec?.paramKind ? `${spec.paramKind.apiVersion}/${spec.paramKind.kind}` : '<unset>',
  ),
  AGE,
];

/** What a table shows of a ValidatingAdmissionPolicyBinding. */
export const admissionPolicyBindingColumns: Column<ValidatingAdmissionPolicyBinding>[] = [
  NAME,
  text('PolicyName', ({ spec }) => spec?.policyName ?? ''),
  text('ParamRef', ({ spec }) => {
    const { paramRef } = spec ?? {};
    if (!paramRef) return '<unset>';
    return paramRef.namespace === undefined
      ? `${paramRef.name ?? '*'}`
      : `${paramRef.namespace}/${paramRef.name ?? '*'}`;
  }),
  AGE,
];

/** What a table shows of a CertificateSigningRequest. */
export const signingRequestColumns: Column<CertificateSigningRequest>[] = [
  NAME,
  AGE,
  text('SignerName', ({ spec }) => spec.signerName),
  text('Requestor', ({ spec }) => spec.username ?? ''),
  text('RequestedDuration', ({ spec }) =>
    spec.expirationSeconds === undefined ? NONE : formatDuration(spec.expirationSeconds),
  ),
  text('Condition', ({ status }) => {
    const types = (status?.conditions ?? []).map(({ type }) => type);
    const words = types.length === 0 ? ['Pending'] : types;
    return [...words, ...(status?.certificate ? ['Issued'] : [])].join(',');
  }),
];
