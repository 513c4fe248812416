import type { AccessRequest, Identity, WhyGrantor, WhyRemedy, WhyRole } from '@drover/api';
import type { Clock } from '@drover/kit';
import type { LocalApi } from '../admission/caller-holdings.js';
import { missingToGive } from '../admission/excess.js';
import { identityOf } from '../identity/caller.js';
import type { Directory } from '../identity/directory.js';
import { backingNamespace } from '../projects/backing-namespace.js';
import type { AccessReviews, Question } from '../proxy/access-reviews.js';
import { inTurns } from '../rbac/in-turns.js';
import { type BindingSubject, subjectOf } from '../rbac/subject.js';
import { type Places, roleNamed } from './places.js';
import { type RoleScope, scopesOf } from './scopes.js';
import type { Trial } from './would-allow.js';

/** The global role that gives everything: named only when no other would do. */
const ADMIN = 'admin';
const MAX_REMEDIES = 3;
const MAX_GRANTORS = 3;
/** Members that are asked about whether they may give a role: of very many only the first. */
const MAX_EXAMINED = 30;

/** Finds which roles would allow what was refused, and who may give them. What was found out is remembered: one for each batch of questions. */
export class Remedies {
  readonly #grantors = new Map<string, Promise<readonly WhyGrantor[]>>();

  constructor(
    private readonly parts: {
      readonly places: Places;
      readonly trial: Trial;
      readonly directory: Directory;
      readonly reviews: AccessReviews;
      readonly local: LocalApi;
      readonly cluster: string;
      readonly clock: Clock;
      /** Whether whoever asks may learn of a project that it is there. */
      readonly sees: (scope: RoleScope) => Promise<boolean>;
    },
  ) {}

  /** The closest roles that would allow the request: the narrowest place first, and there the one that gives least. */
  async of(request: AccessRequest): Promise<readonly WhyRemedy[]> {
    const found: { readonly role: WhyRole; readonly scope?: RoleScope }[] = [];
    for (const scope of scopesOf(this.parts.places, this.parts.cluster, request)) {
      if (!(await this.parts.sees(scope))) continue;
      for (const role of await inTurns(this.#templates(scope, request), this.parts.clock)) found.push({ role, scope });
    }
    if (found.length === 0) for (const role of this.#globalRoles(request)) found.push({ role });
    const closest = found.slice(0, MAX_REMEDIES);
    return Promise.all(
      closest.map(async ({ role, scope }) => ({ role, grantors: await this.#grantorsOf(role.name, scope) })),
    );
  }

  /** With pauses: each template is tried. */
  *#templates(scope: RoleScope, request: AccessRequest): Generator<void, readonly WhyRole[]> {
    const { places, trial } = this.parts;
    const context = scope.project === undefined ? 'cluster' : 'project';
    const allowing: string[] = [];
    for (const { metadata, locked, hidden, ...template } of places.roleTemplates()) {
      yield;
      if (template.context !== context || locked === true || hidden === true) continue;
      if (trial.templateAllows(metadata.name, scope, request)) allowing.push(metadata.name);
    }
    return allowing
      .sort((a, b) => trial.weightOf(a) - trial.weightOf(b) || (a < b ? -1 : 1))
      .map((name) =>
        scope.project === undefined
          ? roleNamed.inCluster(places, name, scope.cluster)
          : roleNamed.inProject(places, name, scope.project),
      );
  }

  #globalRoles(request: AccessRequest): readonly WhyRole[] {
    const { places, trial } = this.parts;
    const names = places
      .globalRoles()
      .filter((role) => trial.globalRoleAllows(role, request))
      .map(({ metadata: { name } }) => name);
    const others = names.filter((name) => name !== ADMIN);
    return (others.length === 0 ? names : others).map((name) => roleNamed.global(places, name));
  }

  #grantorsOf(role: string, scope: RoleScope | undefined): Promise<readonly WhyGrantor[]> {
    const key = `${scope?.cluster ?? ''}:${scope?.project?.metadata.name ?? ''} ${role}`;
    const known = this.#grantors.get(key) ?? this.#findGrantors(role, scope);
    this.#grantors.set(key, known);
    return known;
  }

  /** Members of the place who may make such a binding, then this server's administrators. */
  async #findGrantors(role: string, scope: RoleScope | undefined): Promise<readonly WhyGrantor[]> {
    const { places } = this.parts;
    const grantors = new Map<string, WhyGrantor>();
    const add = (grantor: WhyGrantor): void => void grantors.set(`${grantor.kind} ${grantor.id}`, grantor);
    if (scope !== undefined) {
      const id = scope.project && `${scope.cluster}:${scope.project.metadata.name}`;
      const members = [
        ...places.projectBindings(scope.cluster).filter(({ projectName }) => projectName === id),
        ...places.clusterBindings(scope.cluster),
      ];
      const examined = new Map(
        members.flatMap((member) => this.#person(member)).map((person) => [`${person.kind} ${person.id}`, person]),
      );
      for (const person of [...examined.values()].slice(0, MAX_EXAMINED)) {
        if (grantors.size === MAX_GRANTORS) break;
        if (await this.#mayGive(person.identity, role, scope)) add(person);
      }
    }
    const administrators = places.globalRoleBindings().filter(({ globalRoleName }) => globalRoleName === ADMIN);
    for (const person of administrators.flatMap((each) => this.#person(each))) {
      if (grantors.size === MAX_GRANTORS) break;
      add(person);
    }
    return [...grantors.values()].map(({ kind, id, name }) => ({ kind, id, name }));
  }

  async #mayGive(identity: Identity, role: string, scope: RoleScope): Promise<boolean> {
    const { cluster, project } = scope;
    const question: Question = {
      verb: 'create',
      group: 'management.cattle.io',
      ...(project === undefined
        ? { resource: 'clusterroletemplatebindings', namespace: cluster }
        : { resource: 'projectroletemplatebindings', namespace: backingNamespace(project) }),
    };
    if (!(await this.parts.reviews.allowed(identity, question))) return false;
    const where = {
      cluster,
      ...(project && { project: { name: project.metadata.name, namespace: backingNamespace(project) } }),
    };
    return (await missingToGive(this.parts.local, identity, where, role)) === undefined;
  }

  /** Who a binding is about, unless that is nobody who could give anything. */
  #person(binding: BindingSubject): readonly (WhyGrantor & { readonly identity: Identity })[] {
    const { places, directory } = this.parts;
    const subject = subjectOf(binding, places.userOf);
    if (subject?.kind === 'Group') {
      const identity = { name: '', groups: [subject.name, 'system:authenticated'], extra: {} };
      return [{ kind: 'group', id: subject.name, name: subject.name, identity }];
    }
    const user = subject?.kind === 'User' ? directory.user(subject.name) : undefined;
    if (user === undefined || user.enabled === false) return [];
    const id = user.metadata.name;
    const identity = identityOf(user, directory.groups(id), { token: '', host: '' });
    return [{ kind: 'user', id, name: user.displayName || user.username || id, identity }];
  }
}
