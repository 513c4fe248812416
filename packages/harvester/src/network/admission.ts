import { type AdmissionPlugin, conflict, invalid, type NetworkAttachmentDefinition } from '@drover/api';
import type { Late, View } from '../view.js';
import { qualified } from '../vm/mutate.js';
import { attachmentProblem, CLUSTER_NETWORK, clusterNetworkOf } from './attachment.js';

const SUBJECT = {
  group: 'k8s.cni.cncf.io',
  plural: 'network-attachment-definitions',
  kind: 'NetworkAttachmentDefinition',
};

/** Checks the configuration of VM networks, labels them with their cluster network, and keeps those that machines use. */
export function networkAdmission(late: Late<View>): AdmissionPlugin {
  return {
    name: 'NetworkAttachmentDefinition',
    resources: ['k8s.cni.cncf.io/network-attachment-definitions'],
    admit({ operation, name, namespace = '', object }) {
      if (operation === 'DELETE') {
        const users = machinesOn(`${namespace}/${name}`, late.value);
        if (users.length > 0) throw conflict(SUBJECT, name, `it is still used by VM(s): ${users.join(', ')}`);
        return undefined;
      }
      // The server has validated the object against the schema of the kind.
      const attachment = object as NetworkAttachmentDefinition;
      const problem = attachmentProblem(attachment);
      if (problem !== undefined) {
        const [field = 'spec.config', ...message] = problem.split(': ');
        throw invalid(SUBJECT, name, [{ reason: 'FieldValueInvalid', field, message: message.join(': ') }]);
      }
      const clusterNetwork = clusterNetworkOf(attachment);
      if (clusterNetwork === undefined || attachment.metadata.labels?.[CLUSTER_NETWORK] !== undefined) return undefined;
      const labels = { ...attachment.metadata.labels, [CLUSTER_NETWORK]: clusterNetwork };
      return { ...attachment, metadata: { ...attachment.metadata, labels } };
    },
  };
}

function machinesOn(network: string, view: View | undefined): string[] {
  return (view?.machines.list() ?? []).flatMap(({ metadata, spec }) => {
    const uses = (spec.template.spec?.networks ?? []).some(
      ({ multus }) => multus !== undefined && qualified(multus.networkName, metadata.namespace) === network,
    );
    return uses ? [`${metadata.namespace}/${metadata.name}`] : [];
  });
}
