import type { Transport } from '@drover/client';
import type { Row } from '../benchmark.js';
import { type Crowd, crowd } from '../samples.js';
import { COLLECTION, sample, send, write } from './api.js';

const CLIENTS = [1, 16, 64];

interface Verb {
  readonly name: string;
  /** Does one turn on the client's own object. */
  readonly turn: (object: string, turn: number) => Promise<unknown>;
}

/** Figures 1 and 2: each verb by 1, 16 and 64 clients, each on its own object. */
export async function writeFigures(transport: Transport, quick: boolean, note: (text: string) => void): Promise<Row[]> {
  const rows: Row[] = [];
  note('warming up: connections and code');
  await crowd(64, quick ? 5 : 50, (client, turn) =>
    write(transport, 'POST', COLLECTION, sample(`warm-${client}-${turn}`)),
  );
  for (const { name, turn } of verbs(transport)) {
    for (const clients of CLIENTS) {
      note(`${name}, ${clients} clients`);
      const turns = Math.ceil((quick ? 100 : 2_000) / clients) + 10;
      const objects = Array.from(
        { length: clients },
        (_, client) => `${name.replaceAll(' ', '-')}-${clients}-${client}`,
      );
      if (name !== 'create')
        await Promise.all(objects.map((object) => write(transport, 'POST', COLLECTION, sample(object))));
      rows.push(
        ...figures(name, clients, await crowd(clients, turns, (client, index) => turn(objects[client] ?? '', index))),
      );
    }
  }
  return rows;
}

function verbs(transport: Transport): Verb[] {
  const versions = new Map<string, string>();
  const path = (object: string): string => `${COLLECTION}/${object}`;
  return [
    { name: 'create', turn: (object, turn) => write(transport, 'POST', COLLECTION, sample(`${object}-${turn}`)) },
    { name: 'get', turn: (object) => send(transport, { path: path(object) }) },
    {
      name: 'update',
      turn: async (object, turn) => {
        const held = versions.get(object) ?? versionOf(await send(transport, { path: path(object) }));
        const document = sample(object, { turn });
        const metadata = { ...(document['metadata'] as object), resourceVersion: held };
        versions.set(object, versionOf(await write(transport, 'PUT', path(object), { ...document, metadata })));
      },
    },
    {
      name: 'merge patch',
      turn: (object, turn) =>
        write(transport, 'PATCH', path(object), { spec: { turn } }, 'application/merge-patch+json'),
    },
    {
      name: 'apply',
      turn: (object, turn) =>
        write(
          transport,
          'PATCH',
          `${path(object)}?fieldManager=bench&force=true`,
          sample(object, { turn }),
          'application/apply-patch+yaml',
        ),
    },
  ];
}

function versionOf(document: Buffer): string {
  const { metadata } = JSON.parse(document.toString()) as { metadata: { resourceVersion: string } };
  return metadata.resourceVersion;
}

function figures(name: string, clients: number, { perSecond, samples }: Crowd): Row[] {
  const what = `${name}, ${clients} clients`;
  return [
    { what, unit: 'per s', median: perSecond },
    { what, unit: 'ms', median: samples.median, p99: samples.p99 },
  ];
}
