import { type AdmissionPlugin, forbidden, type Identity, type KubeObject } from '@drover/api';
import { type Client, isAllowed } from '@drover/client';
import type { Late, View } from '../view.js';

const NAMESPACES = { group: '', plural: 'namespaces' };
/** `cluster:project`. */
const PROJECT_ID = 'field.cattle.io/projectId';
const POD_SECURITY = /^pod-security\.kubernetes\.io\/(enforce|audit|warn)(-version)?$/;

/**
 * Who may put a namespace into a project, take it out of one, and loosen the security of its pods: whoever manages the namespaces
 * of the projects at both ends. The management server gives these rights; reference `rancher.md`, 5.9 and 5.11.
 */
export function namespaceAdmission(late: Late<Pick<View, 'client'>>): AdmissionPlugin {
  return {
    name: 'ProjectNamespace',
    resources: ['/namespaces'],
    async admit({ operation, subresource, name, object, old, identity }) {
      if (operation === 'DELETE' || subresource !== undefined || object === undefined) return undefined;
      if (identity.groups.includes('system:masters')) return undefined;
      const { client } = late.required;
      const may = (verb: string, project: string): Promise<boolean> =>
        isAllowed(client, identity, {
          resourceAttributes: { verb, group: 'management.cattle.io', resource: 'projects', name: project },
        });
      const [before, after] = [projectOf(old), projectOf(object)];
      if (operation === 'CREATE' && after === undefined && !(await seesAll(client, identity))) {
        const how = `set the annotation ${PROJECT_ID} to CLUSTER:PROJECT`;
        throw forbidden(NAMESPACES, name, `say in which project it is to be, or you could not see it: ${how}`);
      }
      if (before !== after) {
        for (const project of [before, after]) {
          if (project === undefined || (await may('manage-namespaces', project))) continue;
          throw forbidden(NAMESPACES, name, `you do not manage the namespaces of the project "${project}"`);
        }
      }
      if (podSecurity(old) !== podSecurity(object) && !(await may('updatepsa', after ?? before ?? ''))) {
        throw forbidden(
          NAMESPACES,
          name,
          'you may not change the pod security of this namespace: ask an owner of the cluster',
        );
      }
      return undefined;
    },
  };
}

/** The project of a namespace: names of projects are unique in the cluster that gives them. */
function projectOf(namespace: KubeObject | undefined): string | undefined {
  const id = namespace?.metadata.annotations?.[PROJECT_ID];
  return id === undefined || id === '' ? undefined : id.slice(id.indexOf(':') + 1);
}

function podSecurity(namespace: KubeObject | undefined): string {
  const labels = Object.entries(namespace?.metadata.labels ?? {}).filter(([key]) => POD_SECURITY.test(key));
  return JSON.stringify(labels.sort());
}

const seesAll = (client: Client, identity: Identity): Promise<boolean> =>
  isAllowed(client, identity, { resourceAttributes: { verb: 'get', group: '', resource: 'namespaces' } });
