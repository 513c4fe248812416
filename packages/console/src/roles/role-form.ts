import type { GlobalRole, PolicyRule, RoleTemplate } from '@drover/api';
import { type Message, message } from '../i18n/message.js';
import type { Role, RoleContext } from './role.js';

/** One rule as it is typed: words with commas or spaces between them. */
export interface RuleDraft {
  readonly verbs: ReadonlySet<string>;
  /** Verbs beside those that have a button. */
  readonly furtherVerbs: string;
  /** The core group is written `core`. */
  readonly apiGroups: string;
  readonly resources: string;
  readonly resourceNames: string;
  readonly urls: string;
}

/** What the form of a role asks for. */
export interface RoleForm {
  readonly context: RoleContext;
  readonly name: string;
  readonly description: string;
  readonly isDefault: boolean;
  readonly isLocked: boolean;
  readonly inherits: readonly string[];
  readonly rules: readonly RuleDraft[];
}

/** The verbs that have a button. */
export const VERBS: readonly string[] = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', '*'];

/** How people write the group of pods, services and namespaces, which has no name. */
const CORE = 'core';

/** A rule as it is first shown. */
export const emptyRule: RuleDraft = {
  verbs: new Set(['get', 'list', 'watch']),
  furtherVerbs: '',
  apiGroups: CORE,
  resources: '',
  resourceNames: '',
  urls: '',
};

/** A form for a new role. */
export const emptyRole = (context: RoleContext): RoleForm => ({
  context,
  name: '',
  description: '',
  isDefault: false,
  isLocked: false,
  inherits: [],
  rules: [emptyRule],
});

/** The form of a role as it is. */
export const formOf = (role: Role): RoleForm => ({
  context: role.context,
  name: role.name,
  description: role.description,
  isDefault: role.isDefault,
  isLocked: role.isLocked,
  inherits: role.inherits,
  rules: (role.rules.find(({ namespace }) => namespace === undefined)?.rules ?? []).map(draftOf),
});

/** A rule as text to be edited. */
export function draftOf({
  verbs,
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
}: PolicyRule): RuleDraft {
  return {
    verbs: new Set(verbs.filter((verb) => VERBS.includes(verb))),
    furtherVerbs: verbs.filter((verb) => !VERBS.includes(verb)).join(', '),
    apiGroups: apiGroups.map((group) => group || CORE).join(', '),
    resources: resources.join(', '),
    resourceNames: resourceNames.join(', '),
    urls: nonResourceURLs.join(', '),
  };
}

/** The rule that a text means. */
export function ruleOf(draft: RuleDraft): PolicyRule {
  const verbs = [...VERBS.filter((verb) => draft.verbs.has(verb)), ...words(draft.furtherVerbs)];
  const urls = words(draft.urls);
  if (urls.length > 0) return { verbs, nonResourceURLs: urls };
  const names = words(draft.resourceNames);
  return {
    verbs,
    apiGroups: words(draft.apiGroups).map((group) => (group === CORE ? '' : group)),
    resources: words(draft.resources),
    ...(names.length === 0 ? {} : { resourceNames: names }),
  };
}

const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');

/** What is wrong with the form, by field: `name`, `rules.0`. */
export function roleFaults({ name, rules, context }: RoleForm): ReadonlyMap<string, Message> {
  const faults = new Map<string, Message>();
  if (name.trim() === '') faults.set('name', message('role.fault.name'));
  rules.forEach((draft, index) => {
    const { verbs, resources = [], apiGroups = [], nonResourceURLs = [] } = ruleOf(draft);
    const isOfUrls = nonResourceURLs.length > 0;
    const fault =
      verbs.length === 0
        ? message('role.fault.verbs')
        : isOfUrls && words(draft.resources).length > 0
          ? message('role.fault.both')
          : isOfUrls && context === 'project'
            ? message('role.fault.urls')
            : !isOfUrls && (resources.length === 0 || apiGroups.length === 0)
              ? message('role.fault.resources')
              : undefined;
    if (fault !== undefined) faults.set(`rules.${index}`, fault);
  });
  return faults;
}

/** What a form began with: the role that is changed, or one that is the pattern for a new one. */
export interface Beginning<T> {
  readonly edited?: T | undefined;
  readonly cloned?: T | undefined;
}

/** The global role that a form asks for; what the form does not show stays as it was. */
export function globalRoleObject(form: RoleForm, from: Beginning<GlobalRole>): GlobalRole {
  return {
    ...(from.edited ?? from.cloned),
    builtin: false,
    apiVersion: 'management.cattle.io/v3',
    kind: 'GlobalRole',
    metadata: from.edited?.metadata ?? { generateName: 'gr-' },
    displayName: form.name.trim(),
    description: form.description,
    newUserDefault: form.isDefault,
    rules: form.rules.map(ruleOf),
  };
}

/** The role template that a form asks for; what the form does not show stays as it was. */
export function templateObject(form: RoleForm, from: Beginning<RoleTemplate>): RoleTemplate {
  const context = form.context === 'cluster' ? 'cluster' : 'project';
  return {
    ...(from.edited ?? from.cloned),
    builtin: false,
    apiVersion: 'management.cattle.io/v3',
    kind: 'RoleTemplate',
    metadata: from.edited?.metadata ?? { generateName: 'rt-' },
    displayName: form.name.trim(),
    description: form.description,
    context,
    locked: form.isLocked,
    clusterCreatorDefault: context === 'cluster' && form.isDefault,
    projectCreatorDefault: context === 'project' && form.isDefault,
    roleTemplateNames: [...form.inherits],
    rules: form.rules.map(ruleOf),
  };
}
