import { type AdmissionPlugin, invalid, type KubeObject, resourceQuotas, type StatusCause } from '@drover/api';
import { amountsIn, amountsOf, inWords, limitInAnnotation } from '@drover/api/quota';
import type { Late, View } from '../view.js';

const NAMESPACE_QUOTA = 'field.cattle.io/resourceQuota';
const NAMESPACES = { group: '', plural: 'namespaces', kind: 'Namespace' };

/**
 * Refuses a share of a project's quota that is less than the namespace uses already, as Harvester does: nothing in it could be
 * started again. Reference `harvester.md`, 4.3.
 */
export function namespaceAdmission(late: Late<Pick<View, 'client'>>): AdmissionPlugin {
  return {
    name: 'NamespaceQuota',
    resources: ['/namespaces'],
    async admit({ operation, name, object, old }) {
      const [before, after] = [old, object].map(wishOf);
      if (operation !== 'UPDATE' || after === undefined || after === before) return undefined;
      const view = late.value;
      if (view === undefined) return undefined;
      const wished = amountsOf(limitInAnnotation(after));
      const { items } = await view.client.list(resourceQuotas, { namespace: name });
      const causes = items.flatMap(({ status }): StatusCause[] => {
        const used = amountsIn(status?.used);
        const short = new Map([...wished].filter(([what, amount]) => amount < (used.get(what) ?? 0n)));
        if (short.size === 0) return [];
        const inUse = new Map([...short.keys()].map((what) => [what, used.get(what) ?? 0n]));
        const message = `${inWords(short)} is less than what the namespace uses: ${inWords(inUse)}; stop or delete some of it first`;
        return [{ reason: 'FieldValueInvalid', field: `metadata.annotations[${NAMESPACE_QUOTA}]`, message }];
      });
      if (causes.length > 0) throw invalid(NAMESPACES, name, causes);
      return undefined;
    },
  };
}

const wishOf = (namespace: KubeObject | undefined): string | undefined =>
  namespace?.metadata.annotations?.[NAMESPACE_QUOTA];
