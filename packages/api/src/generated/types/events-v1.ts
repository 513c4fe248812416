// Generated from the facts of the API by `npm run generate`; edits are overwritten.
import type { Kind } from '../../kind.js';
import type { ObjectMeta } from '../../object.js';
import type { EventSource, ObjectReference } from './core-v1.js';

export interface EventSeries {
  count: number;
  lastObservedTime: string;
}

/** events.k8s.io/v1 Event. */
export interface EventsV1Event {
  apiVersion: 'events.k8s.io/v1';
  kind: 'Event';
  metadata: ObjectMeta;
  action?: string;
  deprecatedCount?: number;
  deprecatedFirstTimestamp?: string;
  deprecatedLastTimestamp?: string;
  deprecatedSource?: EventSource;
  eventTime: string;
  note?: string;
  reason?: string;
  regarding?: ObjectReference;
  related?: ObjectReference;
  reportingController?: string;
  reportingInstance?: string;
  series?: EventSeries;
  type?: string;
}

export const eventsV1Events: Kind<EventsV1Event> = { group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events', namespaced: true };

