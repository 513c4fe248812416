/** Who makes a request, as authentication found out (authentication.k8s.io UserInfo). */
export interface Identity {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** The group that may do everything; no request from outside may claim it by impersonation rules alone. */
export const SYSTEM_MASTERS = 'system:masters';
