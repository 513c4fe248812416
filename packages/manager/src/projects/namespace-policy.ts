import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '@drover/api';
import { CONTAINER_DEFAULTS, NAMESPACE_QUOTA } from '../quotas/quota-objects.js';
import { PROJECT_ID } from '../rbac/cluster-rights.js';
import { RIGHTS_LABEL } from '../rbac/derived-set.js';

/** Everybody who comes into a cluster through this server is in this group, and nobody else. */
const PEOPLE = 'system:cattle:authenticated';
const POD_SECURITY = '^pod-security[.]kubernetes[.]io/(enforce|audit|warn)(-version)?$';

/** Who may put a namespace into a project, take it out of one, and change its share or the security of its pods, as a cluster checks it. */
export interface NamespacePolicy {
  readonly policy: ValidatingAdmissionPolicy;
  readonly binding: ValidatingAdmissionPolicyBinding;
}

/** An annotation of an object, empty where there is none. */
const annotation = (object: 'object' | 'oldObject', name: string): string =>
  `(${object} == null ? '' : ${object}.metadata.?annotations[?'${name}'].orValue(''))`;

/** The project that an annotation `cluster:project` names; names of projects are unique in the cluster that gives them. */
const projectOf = (object: 'object' | 'oldObject'): string => {
  const id = annotation(object, PROJECT_ID);
  return `${id}.substring(${id}.indexOf(':') + 1)`;
};

/** Whether an object is in a project of the cluster of that id: what another server wrote there, or somebody made up, is none. */
const isHere = (object: 'object' | 'oldObject', cluster: string): string => {
  const id = annotation(object, PROJECT_ID);
  return `${id}.startsWith('${cluster}:') && ${id} != '${cluster}:'`;
};

const podSecurity = (object: 'object' | 'oldObject'): string =>
  `(${object} == null ? {} : ${object}.metadata.?labels.orValue({}))` +
  `.filter(key, key.matches('${POD_SECURITY}')).map(key, key + '=' + ${object}.metadata.labels[key])`;

/** Whether the caller has a right on a project; on all of them where the name is empty. */
const may = (verb: 'manage-namespaces' | 'updatepsa', project: string): string =>
  `authorizer.group('management.cattle.io').resource('projects').name(${project}).check('${verb}').allowed()`;

const sameAnnotation = (name: string): string => `${annotation('object', name)} == ${annotation('oldObject', name)}`;
const notManaged = (project: string): string =>
  `'you do not manage the namespaces of the project "' + ${project} + '"'`;

/**
 * The rules of namespaces in projects as a policy that the cluster enforces itself, on whatever way a write comes: the rights it asks
 * for are those that the derived RBAC gives in the cluster. Reference `rancher.md`, 5.9 and 5.11.
 *
 *   a namespace …                                   | needs
 *   ------------------------------------------------|---------------------------------------------------------
 *   comes into a project, leaves one                | manage-namespaces of that project, at both ends
 *   is made in none, or taken out of all, by        | to see all namespaces: others could not see it, and no quota of
 *   somebody from this server                       | theirs would count what is in it
 *   has another share of the project's quota        | manage-namespaces of the project
 *   has its pod security changed, in a project or   | updatepsa of the project
 *   by somebody from this server; or comes with it  |
 *
 * `cluster` is the id that projects of this cluster begin with.
 */
export function namespacePolicy(installation: string, cluster: string): NamespacePolicy {
  const metadata = { name: `drover-project-namespaces-${installation}`, labels: { [RIGHTS_LABEL]: installation } };
  const { before, after } = { before: 'variables.before', after: 'variables.after' };
  const home = `(${after} == '' ? ${before} : ${after})`;
  return {
    policy: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: {
        failurePolicy: 'Fail',
        // With what a server would add: so it can be told whether the policy is as it should be.
        matchConstraints: {
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
          resourceRules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              operations: ['CREATE', 'UPDATE'],
              // Annotations can be written through the subresources too.
              resources: ['namespaces', 'namespaces/*'],
              scope: '*',
            },
          ],
        },
        variables: [
          { name: 'before', expression: projectOf('oldObject') },
          { name: 'after', expression: projectOf('object') },
          { name: 'wasHere', expression: isHere('oldObject', cluster) },
          { name: 'isHere', expression: isHere('object', cluster) },
          { name: 'person', expression: `request.userInfo.?groups.orValue([]).exists(group, group == '${PEOPLE}')` },
          { name: 'securityBefore', expression: podSecurity('oldObject') },
          { name: 'security', expression: podSecurity('object') },
          {
            name: 'loosened',
            expression:
              `variables.security.exists(each, !(each in variables.securityBefore)) || ` +
              `variables.securityBefore.exists(each, !(each in variables.security)) || ` +
              `(${before} == '' && ${after} != '' && size(variables.security) > 0)`,
          },
        ],
        validations: [
          ...[before, after].map((project) => ({
            expression: `${before} == ${after} || ${project} == '' || ${may('manage-namespaces', project)}`,
            reason: 'Forbidden',
            messageExpression: notManaged(project),
          })),
          {
            expression:
              `!variables.person || variables.isHere || (request.operation != 'CREATE' && !variables.wasHere) || ` +
              `authorizer.group('').resource('namespaces').check('get').allowed()`,
            reason: 'Forbidden',
            message: `say in which project it is to be, or you could not see it: set the annotation ${PROJECT_ID} to ${cluster}:PROJECT`,
          },
          {
            expression:
              `${after} == '' || (${sameAnnotation(NAMESPACE_QUOTA)} && ${sameAnnotation(CONTAINER_DEFAULTS)}) || ` +
              may('manage-namespaces', after),
            reason: 'Forbidden',
            messageExpression: notManaged(after),
          },
          {
            expression: `!variables.loosened || (${home} == '' && !variables.person) || ${may('updatepsa', home)}`,
            reason: 'Forbidden',
            message: 'you may not change the pod security of this namespace: ask an owner of the cluster',
          },
        ],
      },
    },
    binding: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: metadata.name, validationActions: ['Deny'] },
    },
  };
}
