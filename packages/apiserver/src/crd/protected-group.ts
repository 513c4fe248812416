/** What a definition in a group of Kubernetes' own says about being approved. */
const ANNOTATION = 'api-approved.kubernetes.io';
const SEE = 'see https://github.com/kubernetes/enhancements/pull/1111';

/** How a definition stands to the policy for the groups of Kubernetes. */
export interface Approval {
  /** Where the annotation is, in causes. */
  readonly field: string;
  /** Why a definition with such an annotation is refused; absent for one that is not. */
  readonly fault?: { readonly isMissing: boolean; readonly value: string; readonly why: string };
  readonly approved: boolean;
  readonly message: string;
}

/** What the annotations of a definition say about approval; `undefined` for groups that need none. */
export function approvalOf(group: string, annotations: Readonly<Record<string, string>> = {}): Approval | undefined {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return undefined;
  const field = `metadata.annotations[${ANNOTATION}]`;
  const value = annotations[ANNOTATION] ?? '';
  const isUrl = URL.canParse(value) && new URL(value).host !== '';
  if (isUrl) return { field, approved: true, message: `approved in ${value}` };
  const not = { field, approved: false, message: `not approved: ${JSON.stringify(value)}` };
  if (value.startsWith('unapproved')) return not;
  const must = `protected groups must have approval annotation ${JSON.stringify(ANNOTATION)}`;
  if (value === '') return { ...not, fault: { isMissing: true, value, why: `${must}, ${SEE}` } };
  const why = `${must} with either a URL or a reason starting with "unapproved", ${SEE}`;
  return { ...not, fault: { isMissing: false, value, why } };
}
