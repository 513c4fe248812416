import type { Kind, KubeObject, Stored } from '@drover/api';
import type { Informer, InformerEvent } from '@drover/client';
import type { Request } from './controller.js';
import { controllerOf } from './owner.js';
import type { Predicate } from './predicate.js';

/** Where requests come from. Started once, by one controller. */
export interface Source {
  /** `synced` resolves when everything that exists has been enqueued. */
  start(enqueue: (request: Request) => void): Disposable & { readonly synced: Promise<void> };
}

/** How an informer's events become requests. */
export interface WatchOptions<T extends KubeObject> {
  /** Which objects an event is about. Default: the object itself. Called for both forms of an updated object. */
  readonly map?: (object: Stored<T>) => readonly Request[];
  /** Events that matter. Default: all. */
  readonly when?: Predicate<T>;
}

/** Requests from the events of `informer`, which stays its owner's. */
export function watches<T extends KubeObject>(informer: Informer<T>, options: WatchOptions<T> = {}): Source {
  const { map = itself, when } = options;
  return {
    start(enqueue) {
      const subscription = informer.subscribe((event) => {
        if (when !== undefined && !when(event)) return;
        for (const request of requestsOf(event, map)) enqueue(request);
      });
      return { synced: informer.synced, [Symbol.dispose]: () => subscription[Symbol.dispose]() };
    },
  };
}

/** Requests for the object of kind `owner` that controls the object an event is about. */
export function owned<T extends KubeObject>(
  informer: Informer<T>,
  owner: Pick<Kind, 'group' | 'kind' | 'namespaced'>,
  options: Pick<WatchOptions<T>, 'when'> = {},
): Source {
  return watches(informer, {
    ...options,
    map(object) {
      const reference = controllerOf(object);
      if (reference === undefined || reference.kind !== owner.kind) return [];
      const [group] = reference.apiVersion.includes('/') ? reference.apiVersion.split('/') : [''];
      if (group !== owner.group) return [];
      return [{ name: reference.name, ...(owner.namespaced ? { namespace: object.metadata.namespace } : {}) }];
    },
  });
}

/** Requests from something that is no informer: a tunnel that opened, a process that ended. */
export function events(subscribe: (enqueue: (request: Request) => void) => Disposable): Source {
  return {
    start(enqueue) {
      const subscription = subscribe(enqueue);
      return { synced: Promise.resolve(), [Symbol.dispose]: () => subscription[Symbol.dispose]() };
    },
  };
}

const itself = ({ metadata: { namespace, name } }: Stored<KubeObject>): readonly Request[] => [{ namespace, name }];

function requestsOf<T extends KubeObject>(
  event: InformerEvent<T>,
  map: (object: Stored<T>) => readonly Request[],
): readonly Request[] {
  // What an object pointed to before must be looked at as well: it has lost something.
  if (event.type !== 'updated') return map(event.object);
  const now = map(event.object);
  // Once each: a worker may have the first before the second is told, and would look again for nothing.
  return [...map(event.previous).filter((before) => !now.some((request) => isSame(request, before))), ...now];
}

const isSame = (a: Request, b: Request): boolean => a.namespace === b.namespace && a.name === b.name;
