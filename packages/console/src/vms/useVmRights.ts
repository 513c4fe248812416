import { useMemo } from 'react';
import type { Rights } from '../rights/rights.js';
import { useRights } from '../rights/useRights.js';
import { VM_NEEDS } from './commands.js';
import type { Machine } from './machine.js';

/** What the signed-in user may do with machines, where these are. */
export function useVmRights(cluster: string, machines: readonly Machine[]): Rights {
  const namespaces = useMemo(() => [...new Set(machines.map(({ namespace }) => namespace))], [machines]);
  return useRights(cluster, VM_NEEDS, namespaces);
}
