import { isDeepStrictEqual } from 'node:util';
import { dnsSubdomain, forbiddenField, invalidTyped, notSupported, required, type StatusCause } from '@drover/api';
import type { FlowSchema, PriorityLevelConfiguration } from '@drover/api/types/flowcontrol-v1';
import type { Strategy } from '../catalog/strategy.js';
import { mandatoryLevels, mandatorySchemas } from '../fairness/default-objects.js';
import { DEFAULT_PRECEDENCE } from '../fairness/flow-schema.js';
import { absent, inner, loose } from './absent.js';
import { counted, statusAlone } from './plain.js';

type Limited = NonNullable<NonNullable<PriorityLevelConfiguration['spec']>['limited']>;
type Queuing = NonNullable<NonNullable<Limited['limitResponse']>['queuing']>;
type Rule = NonNullable<NonNullable<FlowSchema['spec']>['rules']>[number];
type Verbs = { readonly verbs?: readonly string[] };

const HIGHEST_PRECEDENCE = 10_000;
/** Queues of one level (flowcontrol validation's bound). */
const MOST_QUEUES = 10_000_000;
/** Bits of the hash from which upstream deals a flow's queues. */
const HASH_BITS = 60;
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

/** Which requests belong to which flow and level. */
export const flowSchema: Strategy = {
  ...counted,
  ...statusAlone,
  fill: (object) => absent(inner(loose(object), 'spec'), 'matchingPrecedence', DEFAULT_PRECEDENCE),
  validate: (object) => schemaCauses(object as FlowSchema),
};

/** How many requests of a level are worked on, and how the others wait. */
export const priorityLevelConfiguration: Strategy = {
  ...counted,
  ...statusAlone,
  fill: (object) => {
    const spec = inner(loose(object), 'spec');
    const limited = inner(spec, 'limited');
    absent(limited, 'nominalConcurrencyShares', 30);
    absent(limited, 'lendablePercent', 0);
    const exempt = inner(spec, 'exempt');
    absent(exempt, 'nominalConcurrencyShares', 0);
    absent(exempt, 'lendablePercent', 0);
    const queuing = inner(limited, 'limitResponse', 'queuing');
    absent(queuing, 'handSize', 8);
    absent(queuing, 'queues', 64);
    absent(queuing, 'queueLengthLimit', 50);
  },
  validate: (object) => levelCauses(object as PriorityLevelConfiguration),
};

function schemaCauses({ metadata: { name = '' }, spec }: FlowSchema): StatusCause[] {
  const causes: StatusCause[] = [];
  const precedence = spec?.matchingPrecedence ?? 0;
  const at = 'spec.matchingPrecedence';
  if (precedence <= 0) causes.push(invalidTyped(at, precedence, 'must be a positive value'));
  if (precedence > HIGHEST_PRECEDENCE) {
    causes.push(invalidTyped(at, precedence, `must not be greater than ${HIGHEST_PRECEDENCE}`));
  }
  if (precedence === 1 && name !== 'exempt') {
    causes.push(invalidTyped(at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
  }
  const method = spec?.distinguisherMethod?.type;
  if (spec?.distinguisherMethod !== undefined && method !== 'ByUser' && method !== 'ByNamespace') {
    causes.push(notSupported('spec.distinguisherMethod.type', method ?? '', ['ByNamespace', 'ByUser']));
  }
  const level = spec?.priorityLevelConfiguration?.name ?? '';
  const reference = 'spec.priorityLevelConfiguration.name';
  const wrong = level === '' ? undefined : dnsSubdomain(level);
  if (level === '') causes.push(required(reference, 'must reference a priority level'));
  else if (wrong !== undefined) causes.push(invalidTyped(reference, level, wrong));
  causes.push(...(spec?.rules ?? []).flatMap((rule, index) => ruleCauses(rule, `spec.rules[${index}]`)));
  const fixed = mandatorySchemas.find(({ metadata }) => metadata.name === name)?.spec;
  if (fixed !== undefined && !isDeepStrictEqual(spec, fixed)) causes.push(notFixed(name, spec));
  return causes;
}

function ruleCauses({ subjects, resourceRules = [], nonResourceRules = [] }: Rule, at: string): StatusCause[] {
  const causes: StatusCause[] = [];
  if (!(subjects?.length > 0)) causes.push(required(`${at}.subjects`, 'subjects must contain at least one value'));
  for (const [index, subject] of (subjects ?? []).entries()) {
    causes.push(...subjectCauses(subject, `${at}.subjects[${index}]`));
  }
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    causes.push(required(at, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  for (const [index, rule] of resourceRules.entries()) {
    const here = `${at}.resourceRules[${index}]`;
    causes.push(
      ...verbCauses(rule, here),
      ...listCauses(
        rule.apiGroups,
        `${here}.apiGroups`,
        'resource rules must supply at least one api group',
        'api groups',
      ),
      ...listCauses(
        rule.resources,
        `${here}.resources`,
        'resource rules must supply at least one resource',
        'resources',
      ),
    );
    const { namespaces = [], clusterScope = false } = rule;
    if (namespaces.length > 0 || !clusterScope) {
      const none = 'resource rules that are not cluster scoped must supply at least one namespace';
      causes.push(...listCauses(namespaces, `${here}.namespaces`, none, 'namespaces'));
    }
  }
  for (const [index, rule] of nonResourceRules.entries()) {
    const here = `${at}.nonResourceRules[${index}]`;
    const none = 'nonResourceURLs must contain at least one value';
    causes.push(...verbCauses(rule, here));
    causes.push(...listCauses(rule.nonResourceURLs, `${here}.nonResourceURLs`, none, 'non-resource URLs'));
    for (const [place, url] of (rule.nonResourceURLs ?? []).entries()) {
      const wrong = urlFault(url);
      if (wrong !== undefined) causes.push(invalidTyped(`${here}.nonResourceURLs[${place}]`, url, wrong));
    }
  }
  return causes;
}

const SUBJECT_FIELDS = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const;

function subjectCauses(subject: Rule['subjects'][number], at: string): StatusCause[] {
  const { kind } = subject;
  if (kind !== 'ServiceAccount' && kind !== 'User' && kind !== 'Group') {
    return [notSupported(`${at}.kind`, kind, ['Group', 'ServiceAccount', 'User'])];
  }
  const causes: StatusCause[] = [];
  for (const [other, field] of Object.entries(SUBJECT_FIELDS)) {
    if (other === kind || subject[field] === undefined) continue;
    causes.push(forbiddenField(`${at}.${field}`, `${field} is forbidden when subject kind is not '${other}'`));
  }
  const field = SUBJECT_FIELDS[kind];
  const named = subject[field];
  if (named === undefined)
    return [required(`${at}.${field}`, `${field} is required when subject kind is '${kind}'`), ...causes];
  if (!named.name) causes.push(required(`${at}.${field}.name`));
  if (kind === 'ServiceAccount' && !subject.serviceAccount?.namespace) {
    causes.push(required(`${at}.${field}.namespace`, 'must specify namespace for service account'));
  }
  return causes;
}

function verbCauses({ verbs = [] }: Verbs, at: string): StatusCause[] {
  const causes = listCauses(verbs, `${at}.verbs`, 'verbs must contain at least one value', 'verbs');
  const known = verbs.includes('*') || verbs.every((verb) => VERBS.includes(verb));
  return known ? causes : [...causes, notSupported(`${at}.verbs`, verbs, VERBS)];
}

function listCauses(list: readonly string[] = [], at: string, none: string, what: string): StatusCause[] {
  if (list.length === 0) return [required(at, none)];
  if (list.length === 1 || !list.includes('*')) return [];
  return [invalidTyped(at, list, `if '*' is present, must not specify other ${what}`)];
}

function urlFault(url: string): string | undefined {
  if (url === '') return 'must not be empty';
  if (url === '/' || url === '*') return undefined;
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const stars = url.split('*').length - 1;
  if (stars > 1 || (stars === 1 && !url.endsWith('/*'))) return 'wildcard can only do suffix matching';
  return undefined;
}

function levelCauses({ metadata: { name = '' }, spec }: PriorityLevelConfiguration): StatusCause[] {
  const type = spec?.type;
  const causes: StatusCause[] = [];
  if ((name === 'exempt') !== (type === 'Exempt')) {
    causes.push(invalidTyped('spec.type', type, "type must be 'Exempt' if and only if name is 'exempt'"));
  }
  if (type === 'Exempt') {
    if (spec?.limited) causes.push(forbiddenField('spec.limited', 'must be nil if the type is not Limited'));
    causes.push(...shareCauses(spec?.exempt, 'spec.exempt'));
  } else if (type === 'Limited') {
    if (spec?.exempt) causes.push(forbiddenField('spec.exempt', 'must be nil if the type is Limited'));
    if (spec?.limited) causes.push(...limitedCauses(spec.limited, 'spec.limited'));
    else causes.push(required('spec.limited', 'must not be empty when type is Limited'));
  } else causes.push(notSupported('spec.type', type ?? '', ['Exempt', 'Limited']));
  const fixed = mandatoryLevels.find(({ metadata }) => metadata.name === name)?.spec;
  if (fixed === undefined) return causes;
  if (name !== 'exempt') return isDeepStrictEqual(spec, fixed) ? causes : [...causes, notFixed(name, spec)];
  const { exempt: _free, ...rest } = spec ?? {};
  const { exempt: _own, ...wanted } = fixed;
  return isDeepStrictEqual(rest, wanted)
    ? causes
    : [...causes, notFixed(name, spec, " except the 'spec.exempt' field")];
}

function shareCauses(
  shares: { readonly nominalConcurrencyShares?: number; readonly lendablePercent?: number } | undefined,
  at: string,
): StatusCause[] {
  const { nominalConcurrencyShares: own = 0, lendablePercent: lent = 0 } = shares ?? {};
  const causes: StatusCause[] = [];
  if (own < 0) causes.push(invalidTyped(`${at}.nominalConcurrencyShares`, own, 'must be a non-negative integer'));
  if (lent < 0 || lent > 100) {
    causes.push(invalidTyped(`${at}.lendablePercent`, lent, 'must be between 0 and 100, inclusive'));
  }
  return causes;
}

function limitedCauses(limited: Limited, at: string): StatusCause[] {
  const causes = shareCauses(limited, at);
  const { borrowingLimitPercent: borrowed = 0, limitResponse } = limited;
  if (borrowed < 0) {
    causes.push(invalidTyped(`${at}.borrowingLimitPercent`, borrowed, 'if specified, must be a non-negative integer'));
  }
  const here = `${at}.limitResponse`;
  const queuing = limitResponse?.queuing;
  if (limitResponse?.type === 'Reject') {
    if (queuing)
      causes.push(forbiddenField(`${here}.queuing`, 'must be nil if limited.limitResponse.type is not Limited'));
  } else if (limitResponse?.type === 'Queue') {
    if (queuing) causes.push(...queueCauses(queuing, `${here}.queuing`));
    else causes.push(required(`${here}.queuing`, 'must not be empty if limited.limitResponse.type is Limited'));
  } else causes.push(notSupported(`${here}.type`, limitResponse?.type ?? '', ['Queue', 'Reject']));
  return causes;
}

function queueCauses({ queues = 0, handSize = 0, queueLengthLimit = 0 }: Queuing, at: string): StatusCause[] {
  const causes: StatusCause[] = [];
  if (queueLengthLimit <= 0) causes.push(invalidTyped(`${at}.queueLengthLimit`, queueLengthLimit, 'must be positive'));
  if (queues <= 0) causes.push(invalidTyped(`${at}.queues`, queues, 'must be positive'));
  else if (queues > MOST_QUEUES)
    causes.push(invalidTyped(`${at}.queues`, queues, `must not be greater than ${MOST_QUEUES}`));
  const bits = handSize > 0 && handSize <= queues ? dealBits(queues, handSize) : 0;
  if (handSize <= 0) causes.push(invalidTyped(`${at}.handSize`, handSize, 'must be positive'));
  else if (handSize > queues) {
    causes.push(invalidTyped(`${at}.handSize`, handSize, `should not be greater than queues (${queues})`));
  } else if (bits > HASH_BITS) {
    const why = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${HASH_BITS}`;
    causes.push(invalidTyped(`${at}.handSize`, handSize, why));
  }
  return causes;
}

/** Bits that tell apart every hand of `hand` out of `deck`. */
const dealBits = (deck: number, hand: number): number => Math.ceil(Math.log2(deck) * hand);

function notFixed(name: string, spec: unknown, except = ''): StatusCause {
  return invalidTyped('spec', spec, `spec of '${name}'${except} must equal the fixed value`);
}
