import {
  type AccessRequest,
  ruleInWords,
  type Why,
  type WhyAnswer,
  type WhyBinding,
  type WhyGrant,
  type WhyRefusal,
  type WhyRemedy,
  type WhyRole,
} from '@drover/api';

const REFUSALS: Readonly<Record<WhyRefusal, string>> = {
  disabled: 'The user is disabled.',
  'not-a-member': 'The user is no member of the cluster, nor of any project in it.',
  'rights-not-current':
    'The user has lost rights that the cluster could not be made to forget: until then nothing is allowed.',
};

/** The answer as an administrator reads it, a line each. */
export function sentencesOf({ answers, user, cluster }: Why): readonly string[] {
  return answers.flatMap((answer) => {
    const what = `${requestInWords(answer.request)} of the cluster "${cluster.name}"`;
    return answer.allowed
      ? [`Yes: "${user.name}" may ${what}.`, ...reasons(answer)]
      : [`No: "${user.name}" may not ${what}.`, ...remedies(answer)];
  });
}

/** `update virtualmachines/start (subresources.kubevirt.io) "web" in the namespace "default"`. */
function requestInWords({ verb, group, resource, subresource, namespace, name }: AccessRequest): string {
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
  return [
    `${verb} ${whole}`,
    ...(group === '' ? [] : [`(${group})`]),
    ...(name === undefined ? [] : [`"${name}"`]),
    namespace === undefined ? 'everywhere' : `in the namespace "${namespace}"`,
  ].join(' ');
}

function reasons({ grants, reason }: Extract<WhyAnswer, { allowed: true }>): readonly string[] {
  if (grants.length === 0) return [`The cluster decides that by something else than RBAC${reason && `: ${reason}`}.`];
  return grants.flatMap(({ binding, role, rule, subject, ...grant }) => {
    const place = binding.namespace === undefined ? binding.name : `${binding.namespace}/${binding.name}`;
    return [
      `- ${originInWords(grant.origin)}`,
      `  ${binding.kind} ${place} gives ${subject.kind} "${subject.name}" the ${role.kind} "${role.name}",`,
      `  whose rule allows ${ruleInWords(rule)}.`,
    ];
  });
}

function originInWords(origin: WhyGrant['origin']): string {
  switch (origin.type) {
    case 'outside':
      return 'By a binding outside Drover: somebody else made it in the cluster.';
    case 'kubernetes':
      return 'By what Kubernetes gives everybody, or its own parts.';
    case 'drover':
      return `By ${origin.bindings.map(bindingInWords).join(', and by ') || 'a binding of this server'}:`;
  }
}

const bindingInWords = ({ kind, namespace, name, role }: WhyBinding): string =>
  `the role ${roleInWords(role)} (${kind} ${namespace === undefined ? name : `${namespace}/${name}`})`;

function roleInWords({ displayName, place }: WhyRole): string {
  switch (place.type) {
    case 'project':
      return `"${displayName}" in the project "${place.name}"`;
    case 'cluster':
      return `"${displayName}" in the cluster "${place.name}"`;
    case 'server':
      return `"${displayName}" on this server`;
  }
}

function remedies(answer: Extract<WhyAnswer, { allowed: false }>): readonly string[] {
  const { refusal, names } = answer;
  return [
    ...(refusal === undefined ? [] : [REFUSALS[refusal]]),
    ...(names.length === 0 ? [] : [`It is allowed for these names alone: ${names.join(', ')}.`]),
    ...(answer.remedies.length === 0 ? [] : ['It would be allowed by']),
    ...answer.remedies.map(remedyInWords),
  ];
}

function remedyInWords({ role, grantors }: WhyRemedy): string {
  const people = grantors.map(({ kind, name }) => (kind === 'group' ? `the group "${name}"` : `"${name}"`));
  const who = people.length === 0 ? 'nobody here can give it' : `${people.join(', ')} can give it`;
  return `- the role ${roleInWords(role)} (${role.kind} ${role.name}): ${who}.`;
}
