import { isDeepStrictEqual } from 'node:util';
import {
  dnsSubdomain,
  invalidTyped,
  type KubeObject,
  notFound,
  notSupported,
  pathSegment,
  required,
  type StatusCause,
} from '@drover/api';
import type { Strategy } from '../catalog/strategy.js';
import { absent, type Fields, inner, loose, made, objectsIn } from './absent.js';
import { mayAnyway, onlyLetsGo, RBAC_GROUP, requireHeld } from './escalation.js';
import { plain } from './plain.js';

/** Bindings: nobody gives away a role whose rules they do not hold, unless they may `bind` it. */
function binding(plural: 'rolebindings' | 'clusterrolebindings'): Strategy {
  return {
    ...plain,
    nameRule: pathSegment,
    fill: (object) => {
      const fields = loose(object);
      const roleRef = made(fields, 'roleRef');
      for (const field of ['kind', 'name']) absent(roleRef, field, '');
      unsaid(roleRef, RBAC_GROUP);
      for (const subject of objectsIn(fields['subjects'])) {
        for (const field of ['kind', 'name']) absent(subject, field, '');
        if (subject['kind'] === 'User' || subject['kind'] === 'Group') unsaid(subject, RBAC_GROUP);
        for (const field of ['apiGroup', 'namespace']) if (subject[field] === '') delete subject[field];
      }
    },
    validate: (object, old) => [
      ...roleCauses(object, plural),
      ...subjectCauses(object, plural === 'rolebindings'),
      ...frozenRole(object, old),
    ],
    authorizeWrite: (object, old, context) => {
      if (onlyLetsGo(object, old)) return;
      const roleRef = inner(loose(object), 'roleRef') ?? {};
      const named = { kind: textOf(roleRef, 'kind'), name: textOf(roleRef, 'name') };
      const { namespace, name = '' } = object.metadata;
      const ofRole = named.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
      if (mayAnyway(context, 'bind', { plural: ofRole, name: named.name, namespace })) return;
      const rules = context.rights.rulesOfRole(named, namespace ?? '');
      // What it would grant cannot be compared with what the caller holds. kube-apiserver names the bindings here, not the roles.
      if (rules === undefined) throw notFound({ group: RBAC_GROUP, plural }, named.name);
      requireHeld(context, { plural, name, namespace }, rules);
    },
  };
}

export const roleBindings = binding('rolebindings');
export const clusterRoleBindings = binding('clusterrolebindings');

function unsaid(fields: Fields | undefined, group: string): void {
  if (fields !== undefined && (fields['apiGroup'] ?? '') === '') fields['apiGroup'] = group;
}

function textOf(fields: Fields, field: string): string {
  const value = fields[field];
  return typeof value === 'string' ? value : '';
}

function roleCauses(object: KubeObject, plural: string): StatusCause[] {
  const roleRef = inner(loose(object), 'roleRef') ?? {};
  const [group, kind, name] = [textOf(roleRef, 'apiGroup'), textOf(roleRef, 'kind'), textOf(roleRef, 'name')];
  const kinds = plural === 'clusterrolebindings' ? ['ClusterRole'] : ['Role', 'ClusterRole'];
  const wrongName = pathSegment(name);
  return [
    ...(group === RBAC_GROUP ? [] : [notSupported('roleRef.apiGroup', group, [RBAC_GROUP])]),
    ...(kinds.includes(kind) ? [] : [notSupported('roleRef.kind', kind, kinds)]),
    ...(name === '' ? [required('roleRef.name')] : []),
    ...(wrongName === undefined ? [] : [invalidTyped('roleRef.name', name, wrongName)]),
  ];
}

function subjectCauses(object: KubeObject, namespaced: boolean): StatusCause[] {
  return objectsIn(loose(object)['subjects']).flatMap((subject, index) => {
    const field = `subjects[${index}]`;
    const [group, kind, name] = [textOf(subject, 'apiGroup'), textOf(subject, 'kind'), textOf(subject, 'name')];
    const causes = name === '' ? [required(`${field}.name`)] : [];
    switch (kind) {
      case 'ServiceAccount': {
        const wrongName = name === '' ? undefined : dnsSubdomain(name);
        if (wrongName !== undefined) causes.push(invalidTyped(`${field}.name`, name, wrongName));
        if (group !== '') causes.push(notSupported(`${field}.apiGroup`, group, ['']));
        if (!namespaced && textOf(subject, 'namespace') === '') causes.push(required(`${field}.namespace`));
        return causes;
      }
      case 'User':
      case 'Group':
        if (group !== RBAC_GROUP) causes.push(notSupported(`${field}.apiGroup`, group, [RBAC_GROUP]));
        return causes;
      default:
        return [...causes, notSupported(`${field}.kind`, kind, ['ServiceAccount', 'User', 'Group'])];
    }
  });
}

function frozenRole(object: KubeObject, old: KubeObject | undefined): StatusCause[] {
  const roleRef = inner(loose(object), 'roleRef') ?? {};
  if (old === undefined || isDeepStrictEqual(roleRef, loose(old)['roleRef'])) return [];
  const told = (['apiGroup', 'kind', 'name'] as const).map((field) => JSON.stringify(textOf(roleRef, field)));
  const value = `rbac.RoleRef{APIGroup:${told[0]}, Kind:${told[1]}, Name:${told[2]}}`;
  return [{ reason: 'FieldValueInvalid', message: `Invalid value: ${value}: cannot change roleRef`, field: 'roleRef' }];
}
