import type { KubeObject, Stored } from '@drover/api';

/** What a browser asks `/v1/subscribe` for: one kind, in one cluster, from one revision on. */
export interface Topic {
  readonly cluster: string;
  /** `group.plural`; the plural alone for the core group. */
  readonly resourceType: string;
  readonly namespace?: string | undefined;
}

/** What the server says about a topic, or, without one, about itself. */
export type Frame =
  | { readonly type: 'start'; readonly topic: Topic; readonly scope: string }
  /** From now on something else is in sight; what that adds and takes away has been told. */
  | { readonly type: 'scope'; readonly topic: Topic; readonly scope: string }
  /** `revision` is how far the server has told everything, which the object itself may be ahead of. */
  | { readonly type: 'put'; readonly topic: Topic; readonly object: Stored<KubeObject>; readonly revision: string }
  | { readonly type: 'remove'; readonly topic: Topic; readonly object: Stored<KubeObject>; readonly revision: string }
  /** Nothing happened up to `revision`: resume from there. */
  | { readonly type: 'bookmark'; readonly topic: Topic; readonly revision: string }
  /** `stop` follows. `tooOld`: the server no longer holds the revision asked for; list anew. */
  | {
      readonly type: 'error';
      readonly topic: Topic;
      readonly message: string;
      readonly tooOld: boolean;
      /** The right to see this is not there, or not any more. */
      readonly refused: boolean;
    }
  | { readonly type: 'stop'; readonly topic: Topic }
  /** Of a topic that has no objects: something about it may be different now. */
  | { readonly type: 'changed'; readonly topic: Topic }
  | { readonly type: 'ping'; readonly version: string };

/** The scope of a reader to whom nothing of a kind is hidden; any other stands for some namespaces and objects. */
export const EVERYTHING = 'everything';

/** One text for one topic, to be found by. */
export const topicKey = ({ cluster, resourceType, namespace = '' }: Topic): string =>
  `${cluster}/${resourceType}/${namespace}`;

/** Reads one message of the subscription; `undefined` for what a newer server may add. */
export function parseFrame(text: string): Frame | undefined {
  const message = record(parseJson(text));
  if (message === undefined) return undefined;
  const data = record(message['data']);
  if (message['name'] === 'ping') return { type: 'ping', version: word(data?.['version']) };
  if (typeof message['resourceType'] !== 'string') return undefined;
  const topic: Topic = {
    cluster: word(message['cluster']) || 'local',
    resourceType: message['resourceType'],
    ...(word(message['namespace']) === '' ? {} : { namespace: word(message['namespace']) }),
  };
  const object = data && storedObject(data);
  const revision = word(message['revision']) || (object?.metadata.resourceVersion ?? '');
  switch (message['name']) {
    case 'resource.start':
      return { type: 'start', topic, scope: word(message['scope']) || EVERYTHING };
    case 'resource.scope':
      return { type: 'scope', topic, scope: word(message['scope']) };
    case 'resource.create':
    case 'resource.change':
      return object ? { type: 'put', topic, object, revision } : undefined;
    case 'resource.remove':
      return object ? { type: 'remove', topic, object, revision } : undefined;
    case 'resource.bookmark':
      return { type: 'bookmark', topic, revision };
    case 'resource.error': {
      const text = word(data?.['error']);
      const code = data?.['code'];
      return { type: 'error', topic, message: text, tooOld: code === 410 || TOO_OLD.test(text), refused: code === 403 };
    }
    case 'rights.changed':
      return { type: 'changed', topic };
    case 'resource.stop':
      return { type: 'stop', topic };
    default:
      return undefined;
  }
}

/** How a Steve that gives no code says that a revision is gone. */
const TOO_OLD = /too old|expired|unknown revision/i;

/** JSON that is an object, before anything else is known of it. */
export type Parsed = Record<string, unknown>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A JSON object; `undefined` for anything else. */
export function record(value: unknown): Parsed | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Parsed) : undefined;
}

const word = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * The Kubernetes object in a Steve resource: Steve adds `id`, `links` and `actions`, and moves a field called `type`
 * (as Secrets and Events have) to `_type` because it uses that word itself.
 */
export function storedObject(data: Parsed): Stored<KubeObject> | undefined {
  if (typeof record(data['metadata'])?.['name'] !== 'string') return undefined;
  if (!('id' in data) && !('_type' in data)) return data as unknown as Stored<KubeObject>;
  const { id: _id, links: _links, actions: _actions, type: _schema, _type, ...object } = data;
  return { ...object, ...(_type === undefined ? {} : { type: _type }) } as unknown as Stored<KubeObject>;
}
