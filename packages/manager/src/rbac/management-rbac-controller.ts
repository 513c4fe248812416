import type {
  ClusterRoleTemplateBinding,
  KubeObject,
  ManagementCluster,
  Project,
  ProjectRoleTemplateBinding,
  RoleTemplate,
  Stored,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import { again, type Controller, createController, isBeingDeleted, watches } from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { provisioningRef } from '../clusters/cluster-directory.js';
import { LOCAL } from '../clusters/cluster-id.js';
import { applyChanges, changesTo } from './apply-derived.js';
import type { DerivedSet } from './derived-set.js';
import { inTurns } from './in-turns.js';
import { deriveTemplateRoles, derivingManagement, managementSource, TEMPLATES_SOURCE } from './management-rights.js';
import { Pace } from './pace.js';
import { presentOf, type RbacInformers, sourceOf } from './rbac-informers.js';
import type { Repairs } from './repairs.js';
import type { FindUserByPrincipal } from './subject.js';

/** Even when nothing tells of a change, what was derived is compared with a fresh derivation this often. */
const SELF_CHECK_MS = 10 * 60_000;
/** The request that is about the roles all clusters share; no cluster has a name with a star. */
const TEMPLATES = '*';

/** Keeps in the local cluster the rights on what this server keeps of each cluster, as the bindings say. */
export function managementRbacController(parts: {
  readonly client: Client;
  readonly clusters: Informer<ManagementCluster>;
  readonly clusterBindings: Informer<ClusterRoleTemplateBinding>;
  readonly projects: Informer<Project>;
  readonly projectBindings: Informer<ProjectRoleTemplateBinding>;
  readonly roleTemplates: Informer<RoleTemplate>;
  readonly rbac: RbacInformers;
  readonly repairs: Repairs;
  readonly userOf: FindUserByPrincipal;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): Controller {
  const { client, clusters, clusterBindings, projects, projectBindings, roleTemplates, userOf } = parts;
  const { rbac, repairs, clock, random, log } = parts;
  const pace = new Pace(clock);
  const findTemplate = (name: string) => roleTemplates.get(undefined, name);
  const live = <T extends KubeObject>(objects: readonly Stored<T>[]) => objects.filter((each) => !isBeingDeleted(each));
  const derive = (cluster: string): Promise<DerivedSet> => {
    const known = clusters.get(undefined, cluster);
    const gone = known === undefined || isBeingDeleted(known);
    // Meanwhile they may change: a derivation is from what they were at one moment.
    const templates = new Map(roleTemplates.list().map((template) => [template.metadata.name, template]));
    const facts = {
      cluster,
      provisioning: known && provisioningRef(known),
      clusterBindings: gone ? [] : live(clusterBindings.list(cluster)),
      projects: gone ? [] : live(projects.list(cluster)),
      projectBindings: gone
        ? []
        : live(projectBindings.list()).filter((each) => each.projectName.startsWith(`${cluster}:`)),
      findTemplate: (template: string) => templates.get(template),
      userOf,
    };
    return inTurns(derivingManagement(facts), clock);
  };
  const templatesInUse = (): string[] =>
    [...clusterBindings.list(), ...projectBindings.list()].map(({ roleTemplateName }) => roleTemplateName);
  // Sources in which something has changed that rights follow from, since they were last brought up to date: at first all.
  const dues = new Set<string>([TEMPLATES]);
  const are = (...names: readonly string[]) => {
    for (const name of names) dues.add(name);
    return names.map((name) => ({ name }));
  };
  const about = (cluster: string) => are(cluster, TEMPLATES);
  const ofDerived = (object: Stored<KubeObject>) => {
    const source = sourceOf(object) ?? '';
    if (source === TEMPLATES_SOURCE) return [{ name: TEMPLATES }];
    return source.startsWith(managementSource('')) ? [{ name: source.slice(managementSource('').length) }] : [];
  };
  return createController({
    name: 'management-rbac',
    sources: [
      watches(clusters, {
        when: ({ type, object }) => type !== 'updated' || isBeingDeleted(object),
        map: ({ metadata }) => are(metadata.name),
      }),
      watches(clusterBindings, { map: ({ metadata }) => about(metadata.namespace ?? '') }),
      watches(projects, { map: ({ metadata }) => are(metadata.namespace ?? '') }),
      watches(projectBindings, { map: ({ projectName }) => about(projectName.split(':', 1)[0] ?? '') }),
      watches(roleTemplates, {
        map: () => are(TEMPLATES, ...clusters.list().map(({ metadata }) => metadata.name)),
      }),
      watches(rbac.clusterRoles, { map: ofDerived }),
      watches(rbac.clusterRoleBindings, { map: ofDerived }),
      watches(rbac.roles, { map: ofDerived }),
      watches(rbac.roleBindings, { map: ofDerived }),
    ],
    concurrency: 4,
    async reconcile({ name }) {
      const rest = pace.restOf(name);
      if (rest > 0) return again(rest);
      const source = name === TEMPLATES ? TEMPLATES_SOURCE : managementSource(name);
      let due = false;
      const changes = await pace.work(name, async () => {
        due = dues.delete(name);
        const wanted = name === TEMPLATES ? deriveTemplateRoles(templatesInUse(), findTemplate) : await derive(name);
        return changesTo(wanted, presentOf(rbac, source));
      });
      try {
        const corrections = await applyChanges(client, changes);
        if (!due) repairs.note(LOCAL, corrections);
      } catch (error) {
        // What is tried again follows from what has changed here.
        if (due) dues.add(name);
        throw error;
      }
      return again(SELF_CHECK_MS);
    },
    clock,
    random,
    log,
  });
}
