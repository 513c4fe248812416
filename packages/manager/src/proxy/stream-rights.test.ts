import type { Identity } from '@drover/api';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import type { ClusterId } from '../clusters/cluster-id.js';
import type { Affected } from '../rbac/affected.js';
import { attributesOf } from './request-attributes.js';
import { StreamRights } from './stream-rights.js';

const CLUSTER = 'c-m-abcd2345' as ClusterId;
const WATCH = '/api/v1/namespaces/blue/configmaps?watch=true';
const LOG = '/api/v1/namespaces/blue/pods/web/log?follow=true';
const person = (name: string): Identity => ({ name, groups: ['system:authenticated'], extra: {} });

/** A cluster whose authorizer allows what is in `allowed`, as `anna watch configmaps`. */
function startCluster(...allowed: readonly string[]) {
  const clock = new FakeClock();
  const rights = new Set(allowed);
  const asked: string[] = [];
  const ended: string[] = [];
  let answer = async (key: string): Promise<boolean> => rights.has(key);
  let tell = (_: Affected): void => {};
  const streams = new StreamRights({
    clock,
    onRights(listener) {
      tell = (affected) => listener(CLUSTER, affected);
      return { [Symbol.dispose]: () => {} };
    },
    clientOf: async () => ({
      async post(_, body) {
        const { spec }: Review = JSON.parse(JSON.stringify(body));
        const { user, resourceAttributes: about } = spec;
        const key = `${user} ${about.verb} ${about.resource}`;
        asked.push(key);
        return { status: { allowed: await answer(key) } };
      },
    }),
  });
  return {
    clock,
    rights,
    asked,
    ended,
    changed: (affected: Affected) => tell(affected),
    answers(how: (key: string) => Promise<boolean>) {
      answer = how;
    },
    open(who: string, path: string): Disposable {
      const end = (why: string): number => ended.push(`${who} ${path.split('/').at(-1)}: ${why}`);
      return streams.hold(CLUSTER, { identity: person(who), question: attributesOf('GET', path), end });
    },
  };
}

interface Review {
  readonly spec: {
    readonly user: string;
    readonly resourceAttributes: { readonly verb: string; readonly resource: string };
  };
}

const ANNA = new Set(['User anna']);
const TAKEN = 'the right to this has been taken away';
const UNKNOWN = 'your rights have changed, and whether you still have the right to this cannot be found out';

describe('when the roles in a cluster change', () => {
  it('what somebody has lost the right to ends, and nothing else', async () => {
    const cluster = startCluster('anna watch configmaps', 'anna get pods', 'bob watch configmaps');
    for (const [who, path] of [
      ['anna', WATCH],
      ['anna', LOG],
      ['bob', WATCH],
    ] as const)
      cluster.open(who, path);
    cluster.rights.delete('anna watch configmaps');
    cluster.changed(ANNA);
    await cluster.clock.advance(500);
    expect(cluster.ended).toEqual([`anna configmaps?watch=true: ${TAKEN}`]);
    await cluster.clock.advance(60_000);
    expect(cluster.ended).toHaveLength(1);
  });

  it('the cluster is asked once about each question of those it is about, and once more when its authorizer has caught up', async () => {
    const cluster = startCluster('anna watch configmaps', 'bob watch configmaps');
    for (let tab = 0; tab < 50; tab += 1) cluster.open('anna', WATCH);
    cluster.open('bob', WATCH);
    for (let change = 0; change < 50; change += 1) cluster.changed(ANNA);
    await cluster.clock.advance(500);
    expect(cluster.asked).toEqual(['anna watch configmaps']);
    cluster.rights.delete('anna watch configmaps');
    await cluster.clock.advance(2_000);
    expect(cluster.asked).toEqual(['anna watch configmaps', 'anna watch configmaps']);
    expect(cluster.ended).toHaveLength(50);
    await cluster.clock.advance(60_000);
    expect(cluster.asked).toHaveLength(2);
  });

  it.each([
    ['refuses to say', () => Promise.reject(new Error('down'))],
    ['says nothing', () => new Promise<never>(() => {})],
  ])('and the cluster %s, everything of theirs has ended four seconds later', async (_, how) => {
    const cluster = startCluster();
    cluster.answers(how);
    cluster.open('anna', WATCH);
    cluster.changed('everybody');
    await cluster.clock.advance(500);
    expect(cluster.ended).toEqual([]);
    await cluster.clock.advance(3_500);
    expect(cluster.ended).toEqual([`anna configmaps?watch=true: ${UNKNOWN}`]);
  });

  it('what no question stands for ends', async () => {
    const cluster = startCluster();
    cluster.open('anna', '/v1/subscribe');
    cluster.changed(ANNA);
    await cluster.clock.advance(500);
    expect(cluster.ended).toEqual([`anna subscribe: ${UNKNOWN}`]);
  });

  it('nobody is asked about what is over', async () => {
    const cluster = startCluster();
    cluster.open('anna', WATCH)[Symbol.dispose]();
    cluster.changed('everybody');
    await cluster.clock.advance(60_000);
    expect([cluster.asked, cluster.ended]).toEqual([[], []]);
  });
});
