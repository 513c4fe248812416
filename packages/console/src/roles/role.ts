import type {
  ClusterRoleTemplateBinding,
  GlobalRole,
  GlobalRoleBinding,
  PolicyRule,
  ProjectRoleTemplateBinding,
  RoleTemplate,
  Stored,
} from '@drover/api';

/** Where a role is given. */
export type RoleContext = 'global' | 'cluster' | 'project';

/** The contexts in the order of their tabs. */
export const ROLE_CONTEXTS: readonly RoleContext[] = ['global', 'cluster', 'project'];

/** Rules that hold in one namespace of the server, or everywhere. */
export interface PlacedRules {
  readonly namespace?: string;
  readonly rules: readonly PolicyRule[];
}

/** A role that people are given: a global role, or a role template for clusters or projects. */
export interface Role {
  readonly key: string;
  /** What its menus and dialogs call it. */
  readonly name: string;
  readonly id: string;
  readonly context: RoleContext;
  readonly description: string;
  readonly isBuiltIn: boolean;
  /** Given to nobody any more. */
  readonly isLocked: boolean;
  /** Given by itself: to every new user, or to whoever makes a cluster or project. */
  readonly isDefault: boolean;
  /** The rules are those of a role that the cluster has. */
  readonly isExternal: boolean;
  /** Role templates that it takes in, by id. */
  readonly inherits: readonly string[];
  /** Role templates that take it in, by id. */
  readonly inheritedBy: readonly string[];
  /** How many bindings give it. */
  readonly uses: number;
  readonly rules: readonly PlacedRules[];
  readonly object: Stored<GlobalRole> | Stored<RoleTemplate>;
}

/** What roles are read from. */
export interface RoleObjects {
  readonly globalRoles: readonly Stored<GlobalRole>[];
  readonly templates: readonly Stored<RoleTemplate>[];
  readonly globalBindings: readonly Stored<GlobalRoleBinding>[];
  readonly clusterBindings: readonly Stored<ClusterRoleTemplateBinding>[];
  readonly projectBindings: readonly Stored<ProjectRoleTemplateBinding>[];
}

/** All roles. A template without a context, which is only inherited, stands with those for projects. */
export function rolesOf(objects: RoleObjects): Role[] {
  const globalUses = count(objects.globalBindings.map(({ globalRoleName }) => globalRoleName));
  const templateUses = count(
    [...objects.clusterBindings, ...objects.projectBindings].map(({ roleTemplateName }) => roleTemplateName),
  );
  return [
    ...objects.globalRoles.map((role) => globalRole(role, globalUses)),
    ...objects.templates.map((template) => templateRole(template, objects.templates, templateUses)),
  ];
}

function globalRole(role: Stored<GlobalRole>, uses: ReadonlyMap<string, number>): Role {
  const id = role.metadata.name;
  return {
    key: `global/${id}`,
    name: role.displayName || id,
    id,
    context: 'global',
    description: role.description ?? '',
    isBuiltIn: role.builtin === true,
    isLocked: false,
    isDefault: role.newUserDefault === true,
    isExternal: false,
    inherits: [],
    inheritedBy: [],
    uses: uses.get(id) ?? 0,
    rules: [
      { rules: role.rules ?? [] },
      ...Object.entries(role.namespacedRules ?? {}).map(([namespace, rules]) => ({ namespace, rules })),
    ],
    object: role,
  };
}

function templateRole(
  template: Stored<RoleTemplate>,
  all: readonly Stored<RoleTemplate>[],
  uses: ReadonlyMap<string, number>,
): Role {
  const id = template.metadata.name;
  const context = template.context === 'cluster' ? 'cluster' : 'project';
  return {
    key: `${context}/${id}`,
    name: template.displayName || id,
    id,
    context,
    description: template.description ?? '',
    isBuiltIn: template.builtin === true,
    isLocked: template.locked === true,
    isDefault: template.clusterCreatorDefault === true || template.projectCreatorDefault === true,
    isExternal: template.external === true,
    inherits: template.roleTemplateNames ?? [],
    inheritedBy: all
      .filter(({ roleTemplateNames = [] }) => roleTemplateNames.includes(id))
      .map(({ metadata }) => metadata.name),
    uses: uses.get(id) ?? 0,
    rules: [{ rules: (template.external === true ? template.externalRules : template.rules) ?? [] }],
    object: template,
  };
}

function count(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Whether an object is a global role. */
export const isGlobal = (object: Role['object']): object is Stored<GlobalRole> => object.kind === 'GlobalRole';

/** Whether an object is a role template. */
export const isTemplate = (object: Role['object']): object is Stored<RoleTemplate> => object.kind === 'RoleTemplate';
