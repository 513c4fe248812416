import type { GlobalRole, GlobalRoleBinding, KubeObject, Stored } from '@drover/api';
import type { Client, Informer } from '@drover/client';
import { again, type Controller, createController, done, events, isBeingDeleted, watches } from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { LOCAL } from '../clusters/cluster-id.js';
import { applyChanges, changesTo } from './apply-derived.js';
import type { DownstreamRbac } from './downstream-rbac-controller.js';
import { deriveGlobal, GLOBAL_SOURCE } from './global-rights.js';
import { presentOf, type RbacInformers, sourceOf } from './rbac-informers.js';
import type { Repairs } from './repairs.js';
import type { FindUserByPrincipal } from './subject.js';

/** Even when nothing tells of a change, what was derived is compared with a fresh derivation this often. */
const SELF_CHECK_MS = 10 * 60_000;
const ALL = [{ name: GLOBAL_SOURCE }];

/** Keeps in the local cluster what global roles and their bindings give. */
export function globalRbacController(parts: {
  readonly client: Client;
  readonly globalRoles: Informer<GlobalRole>;
  readonly globalRoleBindings: Informer<GlobalRoleBinding>;
  readonly rbac: RbacInformers;
  readonly repairs: Repairs;
  readonly downstreamRbac: DownstreamRbac;
  readonly userOf: FindUserByPrincipal;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): Controller {
  const { client, globalRoles, globalRoleBindings, downstreamRbac, rbac, repairs, userOf, clock, random, log } = parts;
  const live = <T extends KubeObject>(objects: readonly Stored<T>[]) => objects.filter((each) => !isBeingDeleted(each));
  const derived = { map: (object: KubeObject) => (sourceOf(object) === GLOBAL_SOURCE ? ALL : []) };
  // Whether something has changed that rights follow from, since they were last brought up to date.
  let due = true;
  const asked = () => {
    due = true;
    return ALL;
  };
  return createController({
    name: 'global-rbac',
    sources: [
      watches(globalRoles, { map: asked }),
      watches(globalRoleBindings, { map: asked }),
      events((enqueue) => downstreamRbac.onNamespace((cluster) => cluster === LOCAL && asked().forEach(enqueue))),
      watches(rbac.clusterRoles, derived),
      watches(rbac.clusterRoleBindings, derived),
      watches(rbac.roles, derived),
      watches(rbac.roleBindings, derived),
    ],
    async reconcile() {
      const here = downstreamRbac.followed(LOCAL);
      // Which namespaces there are is told then; until that is known, what is in them must not go.
      if (here === undefined) return done;
      await here.synced();
      const wasDue = due;
      due = false;
      const wanted = deriveGlobal({
        globalRoles: live(globalRoles.list()),
        globalRoleBindings: live(globalRoleBindings.list()),
        hasNamespace: (name) => here.namespace(name) !== undefined,
        userOf,
      });
      const changes = await changesTo(wanted, presentOf(rbac, GLOBAL_SOURCE));
      try {
        const corrections = await applyChanges(client, changes);
        if (!wasDue) repairs.note(LOCAL, corrections);
      } catch (error) {
        // What is tried again follows from what has changed here.
        due ||= wasDue;
        throw error;
      }
      return again(SELF_CHECK_MS);
    },
    clock,
    random,
    log,
  });
}
