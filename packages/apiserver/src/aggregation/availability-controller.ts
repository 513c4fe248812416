import type { KubeObject } from '@drover/api';
import type { APIService } from '@drover/api/types/apiregistration-v1';
import type { Clock } from '@drover/kit';
import type { ObjectReader } from '../catalog/strategy.js';
import type { Controller, ObjectEvent, Objects } from '../controllers/controller.js';
import { ReconcileLoop } from '../controllers/reconcile-loop.js';
import { timestamp } from '../registry/core.js';
import { type AggregatedApis, API_SERVICES } from './aggregated-apis.js';
import { type Availability, availability } from './availability.js';

/** An extension server that fails tells nobody: it is asked again after this time. */
const RECHECK_MS = { available: 30_000, unavailable: 5_000 };
/** Time for an extension server to say what it has. */
const ANSWER_MS = 5_000;

/** Kinds whose changes may be the end of the way to an extension server, or its beginning. */
const WAYS = [
  { group: '', plural: 'services' },
  { group: '', plural: 'endpoints' },
  { group: 'discovery.k8s.io', plural: 'endpointslices' },
];

/** Keeps account, in memory and in their status, of which extension servers answer and what they have. */
export function apiServiceAvailability(apis: AggregatedApis, reader: ObjectReader): Controller {
  return (context) => {
    const { objects, clock } = context;
    const stop = new AbortController();
    const timers = new Map<string, Disposable>();
    const again = (name: string, ms: number): void => {
      timers.get(name)?.[Symbol.dispose]();
      timers.set(
        name,
        clock.after(ms, () => loop.add(name)),
      );
    };
    const reconcile = async (name: string): Promise<void> => {
      const api = apis.named(name);
      if (api === undefined) return;
      const found = await withinAnswerTime(clock, stop.signal, (signal) => availability(api, reader, signal));
      const available = found.status === 'True';
      apis.asked(api, available, found.resources);
      again(name, available ? RECHECK_MS.available : RECHECK_MS.unavailable);
      await tell(objects, name, found, clock);
    };
    const loop = new ReconcileLoop({ ...context, name: 'apiservice-availability', reconcile });
    const onWay = (events: readonly ObjectEvent[]): void => {
      const namespaces = new Set(events.map(({ object }) => object.metadata.namespace));
      for (const { metadata } of objects.list(API_SERVICES)) {
        const service = apis.named(metadata.name)?.server.service;
        if (service !== undefined && namespaces.has(service.namespace)) loop.add(metadata.name);
      }
    };
    const onServices = (events: readonly ObjectEvent[]): void => {
      for (const { object } of events) if (apis.named(object.metadata.name)) loop.add(object.metadata.name);
    };
    objects.watch(API_SERVICES, onServices, stop.signal);
    for (const kind of WAYS) objects.watch(kind, onWay, stop.signal);
    return {
      async [Symbol.asyncDispose]() {
        stop.abort();
        for (const timer of timers.values()) timer[Symbol.dispose]();
        await loop[Symbol.asyncDispose]();
      },
    };
  };
}

async function withinAnswerTime<T>(
  clock: Clock,
  stop: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  stop.addEventListener('abort', end, { once: true });
  using _timer = clock.after(ANSWER_MS, end);
  try {
    return await ask(ended.signal);
  } finally {
    stop.removeEventListener('abort', end);
  }
}

/** Writes the condition where it says something new. */
async function tell(
  objects: Objects,
  name: string,
  { status, reason, message }: Availability,
  clock: Clock,
): Promise<void> {
  const change = (current: KubeObject): KubeObject | undefined => {
    const service = current as APIService;
    const conditions = service.status?.conditions ?? [];
    const present = conditions.find(({ type }) => type === 'Available');
    if (present?.status === status && present.reason === reason && present.message === message) return undefined;
    const lastTransitionTime = present?.status === status ? present.lastTransitionTime : timestamp(clock.now());
    const condition = {
      type: 'Available',
      status,
      reason,
      message,
      ...(lastTransitionTime ? { lastTransitionTime } : {}),
    };
    const others = conditions.filter(({ type }) => type !== 'Available');
    const changed: APIService = { ...service, status: { ...service.status, conditions: [...others, condition] } };
    return changed;
  };
  await objects.update(API_SERVICES, { name }, change, { subresource: 'status' });
}
