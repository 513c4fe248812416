import { declareKind, type ObjectOf } from '../schema/declared-kind.js';
import { flag, freeForm, list, map, object, resourceList, text } from '../schema/field.js';
import { conditions } from './condition.js';

/** management.cattle.io/v3 Node: a machine of an imported cluster, in the namespace named after the cluster. */
export const managementNodes = declareKind({
  group: 'management.cattle.io',
  version: 'v3',
  kind: 'Node',
  plural: 'nodes',
  namespaced: true,
  statusSubresource: true,
  columns: [
    { name: 'Node', type: 'string', jsonPath: '.status.nodeName' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  fields: {
    spec: object({
      etcd: flag(),
      controlPlane: flag(),
      worker: flag(),
      imported: flag(),
      displayName: text(),
      description: text(),
      requestedHostname: text(),
      internalNodeSpec: freeForm(),
      nodePoolName: text(),
      nodeTemplateName: text(),
      desiredNodeUnschedulable: text(),
      nodeDrainInput: freeForm(),
      scaledownTime: text(),
      metadataUpdate: freeForm(),
      updateTaintsFromAPI: flag(),
      desiredNodeTaints: list(freeForm()),
    }),
    status: object({
      conditions: conditions(),
      nodeName: text(),
      internalNodeStatus: freeForm(),
      nodeLabels: map(text()),
      nodeAnnotations: map(text()),
      nodeTaints: list(freeForm()),
      requested: resourceList(),
      limits: resourceList(),
      capacity: resourceList(),
      allocatable: resourceList(),
      ipAddress: text(),
      hostname: text(),
      dockerInfo: freeForm(),
    }),
  },
});

/** An object of `managementNodes`. */
export type ManagementNode = ObjectOf<typeof managementNodes>;
