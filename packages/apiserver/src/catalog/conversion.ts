import type { KubeObject } from '@drover/api';

/** How a version of a kind that is stored in another form is made from what is stored, and back. The given object is not changed. */
export interface Conversion {
  fromStored(object: KubeObject): KubeObject;
  toStored(object: KubeObject): KubeObject;
}

/** A version whose fields only have other names: `names` has pairs of the name it gives a field, and the name it is stored under. */
export function renaming(names: readonly (readonly [here: string, stored: string])[]): Conversion {
  const toStored = new Map(names);
  const fromStored = new Map(names.map(([here, stored]) => [stored, here]));
  return {
    fromStored: (object) => renamed(object, fromStored),
    toStored: (object) => renamed(object, toStored),
  };
}

function renamed(object: KubeObject, names: ReadonlyMap<string, string>): KubeObject {
  const fields = Object.entries(object).map(([name, value]) => [names.get(name) ?? name, value]);
  return Object.fromEntries(fields) as KubeObject;
}

const eventNames = renaming([
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
]);

/**
 * events.k8s.io/v1 is the core group's Event with better names (pkg/apis/events/v1/conversion.go). Who tells of it is not there when
 * it is nobody; the core group says so.
 */
export const eventsConversion: Conversion = {
  ...eventNames,
  fromStored: (object) => {
    const { reportingController, reportingInstance, ...fields } = eventNames.fromStored(object) as Reported;
    return {
      ...fields,
      ...(reportingController ? { reportingController } : {}),
      ...(reportingInstance ? { reportingInstance } : {}),
    };
  },
};

type Reported = KubeObject & { readonly reportingController?: unknown; readonly reportingInstance?: unknown };
