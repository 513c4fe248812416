import { isDeepStrictEqual } from 'node:util';
import { forbidden, type KubeObject, type StatusCause, SYSTEM_MASTERS, uncovered } from '@drover/api';
import type { PolicyRule } from '@drover/api/types/rbac-v1';
import { pathSegment } from '../catalog/names.js';
import type { Strategy, StrategyContext } from '../catalog/strategy.js';
import { absent, inner, loose, made, objectsIn } from './absent.js';
import { plain } from './plain.js';

const GROUP = 'rbac.authorization.k8s.io';
/** Missing rules named in a refusal. */
const TOLD = 5;

interface RoleFields {
  readonly rules?: readonly PolicyRule[] | null;
  readonly aggregationRule?: unknown;
}

/** Roles: nobody writes a rule they do not hold, unless they may `escalate`. */
function role(plural: 'roles' | 'clusterroles'): Strategy {
  return {
    ...plain,
    nameRule: pathSegment,
    authorizeWrite: (object, old, context) => {
      const { rules, aggregationRule } = object as KubeObject & RoleFields;
      const before = (old ?? {}) as Partial<KubeObject> & RoleFields;
      const sameRules = isDeepStrictEqual(rules ?? [], before.rules ?? []);
      if (old !== undefined && sameRules && isDeepStrictEqual(aggregationRule, before.aggregationRule)) return;
      const { name = '', namespace } = object.metadata;
      if (mayAnyway(context, 'escalate', plural, name, namespace)) return;
      // What an aggregated role will hold is not known yet, so its writer must hold everything.
      const wanted = aggregationRule === undefined ? (rules ?? []) : [...(rules ?? []), ...EVERYTHING];
      requireHeld(context, plural, name, namespace ?? '', wanted);
    },
  };
}

/** Bindings: nobody gives away a role whose rules they do not hold, unless they may `bind` it. */
function binding(plural: 'rolebindings' | 'clusterrolebindings'): Strategy {
  return {
    ...plain,
    nameRule: pathSegment,
    fill: (object) => {
      const fields = loose(object);
      absent(made(fields, 'roleRef'), 'apiGroup', GROUP);
      for (const subject of objectsIn(fields['subjects'])) {
        absent(subject, 'apiGroup', subject['kind'] === 'ServiceAccount' ? '' : GROUP);
        if (subject['apiGroup'] === '') delete subject['apiGroup'];
      }
    },
    validate: (object, old) => [...subjectCauses(object), ...roleCauses(object, plural), ...frozenRole(object, old)],
    authorizeWrite: (object, old, context) => {
      const fields = loose(object);
      const before = loose(old);
      if (before !== undefined && isDeepStrictEqual(fields['subjects'], before['subjects'])) return;
      const roleRef = inner(fields, 'roleRef') ?? {};
      const named = { kind: String(roleRef['kind']), name: String(roleRef['name']) };
      const { namespace, name = '' } = object.metadata;
      const roles = named.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
      if (mayAnyway(context, 'bind', roles, named.name, namespace)) return;
      const rules = context.rights.rulesOfRole(named, namespace ?? '');
      if (rules === undefined) {
        const why = `the role ${named.kind} "${named.name}" is not there, so that what it would grant cannot be compared with what user "${context.identity.name}" holds`;
        throw forbidden({ group: GROUP, plural }, name, why);
      }
      requireHeld(context, plural, name, namespace ?? '', rules);
    },
  };
}

export const roles = role('roles');
export const clusterRoles = role('clusterroles');
export const roleBindings = binding('rolebindings');
export const clusterRoleBindings = binding('clusterrolebindings');

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

function mayAnyway(
  { identity, rights }: StrategyContext,
  verb: 'escalate' | 'bind',
  resource: string,
  name: string,
  namespace: string | undefined,
): boolean {
  if (identity.groups.includes(SYSTEM_MASTERS)) return true;
  const place = namespace === undefined ? {} : { namespace };
  return rights.decide(identity, { verb, group: GROUP, resource, name, ...place }).allowed;
}

function requireHeld(
  { identity, rights }: StrategyContext,
  plural: string,
  name: string,
  namespace: string,
  wanted: readonly PolicyRule[],
): void {
  const missing = uncovered(rights.rulesOf(identity, namespace), wanted);
  if (missing.length === 0) return;
  const told = missing.slice(0, TOLD).map((rule) => JSON.stringify(rule));
  const more = missing.length > TOLD ? ` and ${missing.length - TOLD} more` : '';
  const why = `user "${identity.name}" (groups=${JSON.stringify(identity.groups)}) is attempting to grant RBAC permissions not currently held:\n${told.join('\n')}${more}`;
  throw forbidden({ group: GROUP, plural }, name, why);
}

function subjectCauses(object: KubeObject): StatusCause[] {
  return objectsIn(loose(object)['subjects']).flatMap((subject, index) => {
    const field = `subjects[${index}]`;
    const known = ['User', 'Group', 'ServiceAccount'];
    if (typeof subject['name'] !== 'string' || subject['name'] === '') {
      return [{ reason: 'FieldValueRequired', message: 'Required value', field: `${field}.name` }];
    }
    if (!known.includes(String(subject['kind']))) {
      const message = `Unsupported value: ${JSON.stringify(subject['kind'])}: supported values: ${known.map((kind) => `"${kind}"`).join(', ')}`;
      return [{ reason: 'FieldValueNotSupported', message, field: `${field}.kind` }];
    }
    const placeless = subject['kind'] === 'ServiceAccount' && (subject['namespace'] ?? '') === '';
    return placeless ? [{ reason: 'FieldValueRequired', message: 'Required value', field: `${field}.namespace` }] : [];
  });
}

function roleCauses(object: KubeObject, plural: string): StatusCause[] {
  const roleRef = inner(loose(object), 'roleRef') ?? {};
  const kinds = plural === 'clusterrolebindings' ? ['ClusterRole'] : ['Role', 'ClusterRole'];
  const causes: StatusCause[] = [];
  if (!kinds.includes(String(roleRef['kind']))) {
    const message = `Unsupported value: ${JSON.stringify(roleRef['kind'])}: supported values: ${kinds.map((kind) => `"${kind}"`).join(', ')}`;
    causes.push({ reason: 'FieldValueNotSupported', message, field: 'roleRef.kind' });
  }
  if (typeof roleRef['name'] !== 'string' || roleRef['name'] === '') {
    causes.push({ reason: 'FieldValueRequired', message: 'Required value', field: 'roleRef.name' });
  }
  return causes;
}

function frozenRole(object: KubeObject, old: KubeObject | undefined): StatusCause[] {
  const roleRef = loose(object)['roleRef'];
  if (old === undefined || isDeepStrictEqual(roleRef, loose(old)['roleRef'])) return [];
  const message = `Invalid value: ${JSON.stringify(roleRef)}: cannot change roleRef`;
  return [{ reason: 'FieldValueInvalid', message, field: 'roleRef' }];
}
