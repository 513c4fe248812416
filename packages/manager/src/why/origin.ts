import type {
  ClusterRoleBinding,
  ClusterRoleTemplateBinding,
  GlobalRoleBinding,
  Project,
  ProjectRoleTemplateBinding,
  RoleBinding,
  Stored,
  WhyBinding,
  WhyOrigin,
} from '@drover/api';
import { LOCAL } from '../clusters/cluster-id.js';
import { type DerivedSet, ownerLabel } from '../rbac/derived-set.js';
import { deriveDownstream } from '../rbac/downstream-rights.js';
import { deriveGlobal, GLOBAL_SOURCE } from '../rbac/global-rights.js';
import { GRB_OWNER } from '../rbac/inherited-members.js';
import { deriveManagement, managementSource } from '../rbac/management-rights.js';
import { sourceOf } from '../rbac/rbac-informers.js';
import { type Subject, subjectOf } from '../rbac/subject.js';
import type { Bound } from './grants.js';
import { type Places, roleNamed } from './places.js';

type Binding = Stored<ClusterRoleBinding> | Stored<RoleBinding>;

/** The label on what Kubernetes makes itself. */
const BOOTSTRAPPING = 'kubernetes.io/bootstrapping';
/** The beginning of the labels that name what a binding follows from; they end like the binding's name. */
const OWNERS = /^authz\.cluster\.cattle\.io\/(grb|crtb|prtb)-owner-/;

/** A binding made here, and what RBAC it amounts to by itself, in one cluster. */
interface Candidate {
  readonly id: string;
  readonly described: WhyBinding;
  readonly label: string;
  readonly subject: Subject;
  readonly derive: () => DerivedSet;
}

/**
 * Says of the bindings of one cluster which bindings here they follow from: by their labels, and, since a binding has many members
 * and names are used more than once, by a derivation of each candidate alone.
 */
export class Origins {
  readonly #gives = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly places: Places,
    private readonly cluster: string,
  ) {}

  of({ binding, subject }: Pick<Bound, 'binding' | 'subject'>): WhyOrigin {
    const { labels = {} } = binding.metadata;
    const source = this.sourceHere(binding);
    if (source === undefined) return { type: labels[BOOTSTRAPPING] === undefined ? 'outside' : 'kubernetes' };
    const owners = Object.keys(labels).filter((label) => OWNERS.test(label));
    const bindings = this.#candidates(source, subject)
      // A binding of very many members says that of none.
      .filter(({ label }) => owners.length === 0 || owners.includes(label))
      .filter((candidate) => this.#given(source, candidate).has(keyOf(binding)))
      .map(({ described }) => described);
    return { type: 'drover', bindings };
  }

  /** What a binding follows from here; `undefined` for somebody else's, another server's included. */
  sourceHere(binding: Binding): string | undefined {
    const source = sourceOf(binding);
    if (source === this.places.installation) return source;
    return this.cluster === LOCAL ? source : undefined;
  }

  #candidates(source: string, subject: Subject): readonly Candidate[] {
    const { places } = this;
    const isTheirs = (each: Candidate | undefined): each is Candidate =>
      each !== undefined && each.subject.kind === subject.kind && each.subject.name === subject.name;
    if (source === GLOBAL_SOURCE)
      return places
        .globalRoleBindings()
        .map((each) => this.#ofGlobalRole(each))
        .filter(isTheirs);
    const isManagement = source !== places.installation;
    const cluster = isManagement ? source.slice(managementSource('').length) : this.cluster;
    const administrators = isManagement ? [] : places.globalRoleBindings().map((each) => this.#ofAdministrator(each));
    return [
      ...administrators,
      ...places.clusterBindings(cluster).map((each) => this.#ofCluster(cluster, each, isManagement)),
      ...places.projectBindings(cluster).map((each) => this.#ofProject(cluster, each, isManagement)),
    ].filter(isTheirs);
  }

  /** The bindings of the cluster that would be there if `candidate` were the only binding here. */
  #given(source: string, { id, derive }: Candidate): ReadonlySet<string> {
    const key = `${source} ${id}`;
    const known = this.#gives.get(key);
    if (known !== undefined) return known;
    const set = derive();
    const given = new Set([...set.clusterRoleBindings, ...set.roleBindings].map(keyOf));
    this.#gives.set(key, given);
    return given;
  }

  #ofGlobalRole(binding: Stored<GlobalRoleBinding>): Candidate | undefined {
    const { places } = this;
    const namespaces = places.followed(LOCAL);
    return this.#candidate('grb', binding, roleNamed.global(places, binding.globalRoleName), () =>
      deriveGlobal({
        globalRoles: places.globalRoles(),
        globalRoleBindings: [binding],
        hasNamespace: (name) => namespaces?.namespace(name) !== undefined,
        userOf: places.userOf,
      }),
    );
  }

  #ofAdministrator(binding: Stored<GlobalRoleBinding>): Candidate | undefined {
    return this.#candidate('grb', binding, roleNamed.global(this.places, binding.globalRoleName), () =>
      deriveDownstream({ ...this.places.facts(this.cluster), globalRoleBindings: [binding] }),
    );
  }

  #ofCluster(
    cluster: string,
    binding: Stored<ClusterRoleTemplateBinding>,
    isManagement: boolean,
  ): Candidate | undefined {
    const role = roleNamed.inCluster(this.places, binding.roleTemplateName, cluster);
    const candidate = this.#candidate('crtb', binding, role, () =>
      this.#derive(cluster, isManagement, { clusterBindings: [binding] }),
    );
    // A member because of a global role: that is where it can be taken away.
    const name = binding.metadata.labels?.[GRB_OWNER];
    const giver = this.places.globalRoleBindings().find(({ metadata }) => metadata.name === name);
    if (candidate === undefined || giver === undefined) return candidate;
    const { kind, metadata, globalRoleName } = giver;
    const global = roleNamed.global(this.places, globalRoleName);
    return { ...candidate, described: { kind, name: metadata.name, role: global } };
  }

  #ofProject(
    cluster: string,
    binding: Stored<ProjectRoleTemplateBinding>,
    isManagement: boolean,
  ): Candidate | undefined {
    const project = this.places.project(binding.projectName);
    if (project === undefined) return undefined;
    const role = roleNamed.inProject(this.places, binding.roleTemplateName, project);
    return this.#candidate('prtb', binding, role, () =>
      this.#derive(cluster, isManagement, { projectBindings: [binding] }),
    );
  }

  #derive(
    cluster: string,
    isManagement: boolean,
    only: {
      readonly clusterBindings?: readonly Stored<ClusterRoleTemplateBinding>[];
      readonly projectBindings?: readonly Stored<ProjectRoleTemplateBinding>[];
      readonly projects?: readonly Stored<Project>[];
    },
  ): DerivedSet {
    const facts = { ...this.places.facts(cluster), ...only };
    return isManagement
      ? deriveManagement({ ...facts, provisioning: this.places.provisioning(cluster) })
      : deriveDownstream(facts);
  }

  #candidate(
    kind: 'grb' | 'crtb' | 'prtb',
    binding: Stored<GlobalRoleBinding> | Stored<ClusterRoleTemplateBinding> | Stored<ProjectRoleTemplateBinding>,
    role: WhyBinding['role'],
    derive: () => DerivedSet,
  ): Candidate | undefined {
    const subject = subjectOf(binding, this.places.userOf);
    if (subject === undefined) return undefined;
    const { namespace, name } = binding.metadata;
    return {
      id: `${kind} ${namespace ?? ''}/${name}`,
      described: { kind: binding.kind, ...(namespace === undefined ? {} : { namespace }), name, role },
      label: ownerLabel(kind, name),
      subject,
      derive,
    };
  }
}

const keyOf = ({ metadata, roleRef }: ClusterRoleBinding | RoleBinding): string =>
  `${metadata.namespace ?? ''} ${roleRef.kind} ${roleRef.name}`;
