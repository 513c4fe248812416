/** The tabs of a machine; the chosen one lives in the URL. */
export const VM_TABS = ['overview', 'volumes', 'network', 'events', 'serial', 'vnc', 'yaml'] as const;

/** A tab of a machine. */
export type VmTab = (typeof VM_TABS)[number];
