import type { Event as KubeEvent, Stored } from '@drover/api';

/** An event as a row. */
export interface EventRow {
  readonly key: string;
  readonly event: KubeEvent;
  /** When it was last seen, RFC 3339. */
  readonly at: string;
  readonly count: number;
  /** What it is about: "VirtualMachine default/web". */
  readonly about: string;
}

/** Reads an event, whichever of the two generations of fields it uses. */
export function eventRow(event: Stored<KubeEvent>): EventRow {
  const { involvedObject, metadata, series } = event;
  const place = involvedObject.namespace === undefined ? '' : `${involvedObject.namespace}/`;
  return {
    key: `${metadata.namespace}/${metadata.name}`,
    event,
    at:
      [series?.lastObservedTime, event.lastTimestamp, event.eventTime, event.firstTimestamp].find(Boolean) ??
      metadata.creationTimestamp,
    count: series?.count ?? event.count ?? 1,
    about: `${involvedObject.kind ?? ''} ${place}${involvedObject.name ?? ''}`,
  };
}

/** The events of a machine: of itself, its instance, its pods and its claims. Newest first. */
export function eventsAbout(
  rows: readonly EventRow[],
  { namespace, name, claims }: { namespace: string; name: string; claims: readonly string[] },
): EventRow[] {
  return rows
    .filter(({ event: { involvedObject } }) => {
      if (involvedObject.namespace !== namespace) return false;
      const about = involvedObject.name ?? '';
      switch (involvedObject.kind) {
        case 'VirtualMachine':
        case 'VirtualMachineInstance':
          return about === name;
        case 'Pod':
          return about.startsWith(`virt-launcher-${name}-`);
        case 'PersistentVolumeClaim':
          return claims.includes(about);
        default:
          return false;
      }
    })
    .sort(newestFirst);
}

/** Orders events for reading. */
export const newestFirst = (a: EventRow, b: EventRow): number => b.at.localeCompare(a.at);
