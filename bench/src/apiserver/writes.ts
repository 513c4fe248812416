import type { Row } from '../benchmark.js';
import { type Crowd, crowdFor } from '../samples.js';
import { COLLECTION, sample, send, write } from './api.js';
import type { Connection } from './connection.js';
import { type Figure, withConnections, withCost } from './figure.js';
import type { Target } from './target.js';

const CLIENTS = [1, 16, 64];
/** How long each verb is measured. */
const MS = 4_000;
const QUICK_MS = 200;
/** How long before that: a server's code is slower when it is new. */
const WARM_UP_MS = 3_000;

interface Verb {
  readonly name: string;
  /** Does one turn on the client's own object. */
  readonly turn: (client: Client, turn: number) => Promise<unknown>;
}

/** Who measures: a connection, the name of an object, and its revision once it is known. */
interface Client {
  readonly connection: Connection;
  readonly object: string;
  version?: string;
}

/** Figures 1 and 2: each verb by 1, 16 and 64 clients, each with a connection and an object of its own. */
export function writeFigures(quick: boolean): Figure[] {
  return VERBS.flatMap((verb) =>
    CLIENTS.map((clients) => ({
      about: `${verb.name}, ${clients} clients`,
      measure: async (target: Target): Promise<Row[]> => {
        const what = `${verb.name}, ${clients} clients`;
        const { result, cost } = await measureVerb(target, verb, clients, quick);
        const { perSecond, samples } = result;
        return [
          { what, unit: 'per s', median: perSecond },
          { what, unit: 'ms', median: samples.median, p99: samples.p99 },
          ...cost,
        ];
      },
    })),
  );
}

function measureVerb(
  target: Target,
  { name, turn }: Verb,
  count: number,
  quick: boolean,
): Promise<{ result: Crowd; cost: Row[] }> {
  return withConnections(target, count, async (connections) => {
    const clients: Client[] = connections.map((connection, index) => ({
      connection,
      object: `${name.replaceAll(' ', '-')}-${count}-${index}`,
    }));
    if (name !== 'create') {
      await Promise.all(clients.map((client) => write(client.connection, 'POST', COLLECTION, sample(client.object))));
    }
    let turns = 0;
    // Turns are counted on, so that each object that is created has a name of its own.
    const act = (client: number): Promise<unknown> => turn(clients[client] as Client, turns++);
    await crowdFor(count, quick ? QUICK_MS : WARM_UP_MS, act);
    return withCost(
      `${name}, ${count} clients`,
      target,
      () => crowdFor(count, quick ? QUICK_MS : MS, act),
      ({ samples }) => samples.count,
    );
  });
}

const path = (object: string): string => `${COLLECTION}/${object}`;

const VERBS: readonly Verb[] = [
  {
    name: 'create',
    turn: ({ connection, object }, turn) => write(connection, 'POST', COLLECTION, sample(`${object}-${turn}`)),
  },
  { name: 'get', turn: ({ connection, object }) => send(connection, { method: 'GET', path: path(object) }) },
  {
    name: 'update',
    turn: async (client, turn) => {
      const { connection, object } = client;
      client.version ??= versionOf(await send(connection, { method: 'GET', path: path(object) }));
      const document = sample(object, { turn });
      const metadata = { ...(document['metadata'] as object), resourceVersion: client.version };
      client.version = versionOf(await write(connection, 'PUT', path(object), { ...document, metadata }));
    },
  },
  {
    name: 'merge patch',
    turn: ({ connection, object }, turn) =>
      write(connection, 'PATCH', path(object), { spec: { turn } }, 'application/merge-patch+json'),
  },
  {
    name: 'apply',
    turn: ({ connection, object }, turn) =>
      write(
        connection,
        'PATCH',
        `${path(object)}?fieldManager=bench&force=true`,
        sample(object, { turn }),
        'application/apply-patch+yaml',
      ),
  },
];

/** Found in the text: parsing each answer would cost the client more than sending the next request. */
function versionOf(document: Buffer): string {
  const mark = '"resourceVersion":"';
  const start = document.indexOf(mark) + mark.length;
  return document.toString('latin1', start, document.indexOf('"', start));
}
