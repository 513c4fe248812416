import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { type Stored, unavailable } from '@drover/api';
import { FakeClock, silentLog } from '@drover/kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFakeClient, type FakeClient } from './fake/fake-client.js';
import { createInformer, type InformerEvent } from './informer.js';
import { type Widget, widgets } from './testing/conformance.js';

/** What happens to a server and to the way there. */
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ what: fc.constant('write' as const), name: fc.constantFrom('a', 'b', 'c', 'd') }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('delete' as const), name: fc.constantFrom('a', 'b', 'c', 'd') }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constantFrom('drop', 'expire', 'bookmark', 'outage', 'recovery') }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 700_000 }) }) },
);

async function write(client: FakeClient, name: string, size: number): Promise<void> {
  const ref = { namespace: 'default', name };
  const live = await client.get(widgets, ref).catch(() => undefined);
  const fresh: Widget = { apiVersion: 'conformance.drover.io/v1', kind: 'Widget', metadata: ref };
  if (live === undefined) await client.create(widgets, { ...fresh, spec: { size } });
  else await client.update(widgets, { ...live, spec: { size } });
}

/** The objects as an observer of the events would have them; a doubled, lost or misordered event does not fit. */
class Replica {
  readonly objects = new Map<string, Stored<Widget>>();

  apply(event: InformerEvent<Widget>): void {
    const { name, uid, resourceVersion } = event.object.metadata;
    const held = this.objects.get(name);
    if (event.type === 'added') expect(held).toBeUndefined();
    else expect(held?.metadata.uid).toBe(uid);
    if (event.type === 'updated') {
      expect(event.previous).toBe(held);
      expect(Number(resourceVersion)).toBeGreaterThan(Number(held?.metadata.resourceVersion));
    }
    if (event.type === 'deleted') this.objects.delete(name);
    else this.objects.set(name, event.object);
  }
}

it('an informer loses and doubles nothing, whatever happens to its connection', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 60 }), async (happenings) => {
      const clock = new FakeClock(1_767_225_600_000);
      let down = false;
      const server = createFakeClient({ clock, random: randomBytes });
      const client = createGuarded(server, () => down);
      using informer = createInformer(client, widgets, { clock, random: randomBytes, log: silentLog, pageSize: 2 });
      const replica = new Replica();
      informer.subscribe((event) => replica.apply(event));
      let size = 0;
      for (const step of happenings) {
        size += 1;
        if (step.what === 'write') await write(server, step.name, size);
        else if (step.what === 'delete') {
          await server.delete(widgets, { namespace: 'default', name: step.name }).catch(() => undefined);
        } else if (step.what === 'drop') server.dropWatches();
        else if (step.what === 'expire') server.expireHistory();
        else if (step.what === 'bookmark') server.bookmark();
        else if (step.what === 'wait') await clock.advance(step.ms);
        else down = step.what === 'outage';
        if (down) server.dropWatches();
      }
      down = false;
      for (let round = 0; round < 3; round += 1) {
        for (let turns = 0; turns < 20; turns += 1) await turn();
        await clock.advance(60_000);
      }
      const { items } = await server.list(widgets);
      const versions = (objects: Iterable<Stored<Widget>>): string[] =>
        [...objects].map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort();
      expect(versions(informer.list())).toEqual(versions(items));
      expect(versions(replica.objects.values())).toEqual(versions(items));
      expect(informer.health).toEqual({ live: true });
    }),
    { numRuns: 200 },
  );
});

/** The same server, not to be reached while `down`. */
function createGuarded(server: FakeClient, down: () => boolean): FakeClient {
  const check = (): void => {
    if (down()) throw unavailable('the server is down');
  };
  return {
    ...server,
    async list(kind, options) {
      check();
      return server.list(kind, options);
    },
    async *watch(kind, options) {
      check();
      yield* server.watch(kind, options);
    },
  };
}
