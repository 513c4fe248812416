import { isDeepStrictEqual } from 'node:util';
import { hasReason, type KubeObject } from '@drover/api';
import type { FlowSchema, FlowSchemaCondition } from '@drover/api/types/flowcontrol-v1';
import {
  AUTOUPDATE,
  defaultLevels,
  defaultSchemas,
  FLOW_SCHEMAS,
  PRIORITY_LEVELS,
} from '../fairness/default-objects.js';
import { timestamp } from '../registry/core.js';
import type { Controller, ControllerContext, GroupResource } from './controller.js';
import { ReconcileLoop } from './reconcile-loop.js';

/**
 * Makes deleted default objects of priority and fairness anew, keeps those as they should be that nobody has taken over, and says on each FlowSchema whether the level it names is there.
 */
export const flowControl: Controller = (context) => {
  const stop = new AbortController();
  const schemas = new ReconcileLoop({
    ...context,
    name: 'flow-schemas',
    reconcile: async (name) => {
      await restore(context, FLOW_SCHEMAS, name, defaultSchemas);
      await tellDangling(context, name);
    },
  });
  const levels = new ReconcileLoop({
    ...context,
    name: 'priority-levels',
    reconcile: (name) => restore(context, PRIORITY_LEVELS, name, defaultLevels),
  });
  context.objects.watch(
    FLOW_SCHEMAS,
    (events) => {
      for (const { object } of events) schemas.add(object.metadata.name);
    },
    stop.signal,
  );
  context.objects.watch(
    PRIORITY_LEVELS,
    (events) => {
      for (const { object } of events) levels.add(object.metadata.name);
      for (const schema of context.objects.list(FLOW_SCHEMAS)) schemas.add(schema.metadata.name);
    },
    stop.signal,
  );
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all([schemas[Symbol.asyncDispose](), levels[Symbol.asyncDispose]()]);
    },
  };
};

async function restore(
  { objects }: ControllerContext,
  resource: GroupResource,
  name: string,
  defaults: readonly KubeObject[],
): Promise<void> {
  const wanted = defaults.find(({ metadata }) => metadata.name === name);
  if (wanted === undefined) return;
  const kept = (object: KubeObject): boolean => object.metadata.annotations?.[AUTOUPDATE] === 'true';
  const present = await objects.update(resource, { name }, (object) => {
    const same = isDeepStrictEqual(specOf(object), specOf(wanted));
    // The shares of the level that knows no limit are always an administrator's.
    return same || name === 'exempt' || !kept(object) ? undefined : { ...object, ...specOf(wanted) };
  });
  if (present !== undefined) return;
  try {
    await objects.create(resource, structuredClone(wanted));
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error;
  }
}

const specOf = (object: KubeObject): Pick<FlowSchema, 'spec'> => {
  const { spec } = object as FlowSchema;
  return spec === undefined ? {} : { spec };
};

async function tellDangling({ objects, clock }: ControllerContext, name: string): Promise<void> {
  await objects.update(
    FLOW_SCHEMAS,
    { name },
    (object) => {
      const schema = object as FlowSchema;
      const level = schema.spec?.priorityLevelConfiguration.name ?? '';
      const there = objects.get(PRIORITY_LEVELS, { name: level }) !== undefined;
      const what = `This FlowSchema references the PriorityLevelConfiguration object named "${level}"`;
      const wanted: FlowSchemaCondition = {
        type: 'Dangling',
        status: there ? 'False' : 'True',
        reason: there ? 'Found' : 'NotFound',
        message: there ? `${what} and it exists` : `${what} but there is no such object`,
      };
      const conditions = schema.status?.conditions ?? [];
      const present = conditions.find(({ type }) => type === 'Dangling');
      if (present?.status === wanted.status && present?.message === wanted.message) return undefined;
      const others = conditions.filter(({ type }) => type !== 'Dangling');
      const told = { ...wanted, lastTransitionTime: timestamp(clock.now()) };
      return { ...schema, status: { conditions: [...others, told] } };
    },
    { subresource: 'status' },
  );
}
