import type { Event, ObjectReference } from '@drover/api/types/core-v1';
import { timestamp } from '../registry/core.js';
import type { ControllerContext } from './controller.js';

/** What to tell people about an object. */
export interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/**
 * Tells people about an object in an Event, which `kubectl describe` shows. One that cannot be written is logged: nothing else may
 * depend on it.
 */
export async function recordEvent(
  { objects, clock, random, log }: ControllerContext,
  component: string,
  about: ObjectReference & { readonly name: string },
  { type, reason, message }: Told,
): Promise<void> {
  const namespace = about.namespace ?? 'default';
  const now = timestamp(clock.now());
  const event: Event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${about.name}.${Buffer.from(random(8)).toString('hex')}`, namespace },
    involvedObject: about,
    reason,
    message,
    type,
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
  try {
    await objects.create({ group: '', plural: 'events' }, event);
  } catch (error) {
    log.warn('an Event could not be recorded', { reason, namespace, name: about.name, error });
  }
}
