import { isDeepStrictEqual } from 'node:util';
import { forbidden, type KubeObject, SYSTEM_MASTERS, uncovered } from '@drover/api';
import type { PolicyRule } from '@drover/api/types/rbac-v1';
import type { StrategyContext } from '../catalog/strategy.js';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';
/** Missing rules named in a refusal; a role may hold thousands. */
const TOLD = 100;

/** Where and what a caller is about to write. */
export interface Written {
  readonly plural: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

/** Whether the caller may write any rules, or give away any role, by a verb of its own. */
export function mayAnyway(
  { identity, rights }: StrategyContext,
  verb: 'escalate' | 'bind',
  { plural, name, namespace }: Written,
): boolean {
  if (identity.groups.includes(SYSTEM_MASTERS)) return true;
  const place = namespace === undefined ? {} : { namespace };
  return rights.decide(identity, { verb, group: RBAC_GROUP, resource: plural, name, ...place }).allowed;
}

/** @throws ApiError Forbidden naming the rules that the caller would grant and does not hold. */
export function requireHeld(
  { identity, rights }: StrategyContext,
  { plural, name, namespace }: Written,
  wanted: readonly PolicyRule[],
): void {
  const missing = uncovered(rights.rulesOf(identity, namespace ?? ''), wanted);
  if (missing.length === 0) return;
  const lines = [...new Set(compacted(missing).map(ruleText))].sort();
  const more = lines.length > TOLD ? `\nand ${lines.length - TOLD} more` : '';
  const why = `user ${JSON.stringify(identity.name)} (groups=${quoted(identity.groups)}) is attempting to grant RBAC permissions not currently held:\n${lines.slice(0, TOLD).join('\n')}${more}`;
  throw forbidden({ group: RBAC_GROUP, plural }, name, why);
}

/** Whether an update changes only what the garbage collector needs to change: nobody gains anything by it. */
export function onlyLetsGo(object: KubeObject, old: KubeObject | undefined): boolean {
  if (old === undefined) return false;
  const rest = ({ metadata, ...fields }: KubeObject): unknown => {
    const {
      ownerReferences: _owners,
      finalizers: _finalizers,
      managedFields: _managers,
      resourceVersion: _revision,
      ...kept
    } = metadata;
    return { ...fields, metadata: kept };
  };
  return isDeepStrictEqual(rest(object), rest(old));
}

/** Rules of one resource (and name) each, with all their verbs. */
function compacted(atoms: readonly PolicyRule[]): PolicyRule[] {
  const rules = new Map<string, PolicyRule>();
  for (const { verbs, ...about } of atoms) {
    const key = JSON.stringify(about);
    // What is about paths stays apart.
    const apart = about.nonResourceURLs === undefined ? key : `${key}${verbs.join()}`;
    rules.set(apart, { ...about, verbs: [...(rules.get(apart)?.verbs ?? []), ...verbs] });
  }
  return [...rules.values()];
}

/** A rule as kube-apiserver tells it: `{APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "list"]}`. */
function ruleText({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['NonResourceURLs', nonResourceURLs],
    ['ResourceNames', resourceNames],
    ['Verbs', verbs],
  ] as const;
  const told = parts.flatMap(([label, values]) =>
    values === undefined || values.length === 0 ? [] : [`${label}:${quoted(values)}`],
  );
  return `{${told.join(', ')}}`;
}

const quoted = (texts: readonly string[]): string => `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;
