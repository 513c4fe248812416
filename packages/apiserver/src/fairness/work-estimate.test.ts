import { describe, expect, it } from 'vitest';
import { builtinDefinitions } from '../catalog/builtin.js';
import { ResourceCatalog } from '../catalog/catalog.js';
import { parseTarget, type ResourceTarget } from '../request/target.js';
import { attributesOf } from '../verbs/resource.js';
import { WatchCounts } from './watch-counts.js';
import { estimateWork, type WorkFacts } from './work-estimate.js';

const MAPS = '/registry/core/configmaps/';
const catalog = new ResourceCatalog(builtinDefinitions());

/** The seats and the time for a request to a server that holds 2,500 ConfigMaps, 130 of them in the namespace `a`. */
function estimate(method: string, url: string, watches = new WatchCounts()): [seats: number, lingerMs: number] {
  const [path = '', search] = url.split('?');
  const query = new URLSearchParams(search);
  const target = parseTarget(path) as ResourceTarget;
  const store = { count: (prefix: string) => (prefix === MAPS ? 2500 : prefix === `${MAPS}a/` ? 130 : 0) };
  const facts: WorkFacts = { store, catalog, watches };
  const attributes = attributesOf(method, target, query);
  const { seats, lingerMs } = estimateWork({ target, attributes, aggregated: undefined, visit: { query } }, facts);
  return [seats, lingerMs];
}

describe('the work that a request is taken to be', () => {
  it.each([
    ['a list, one seat for each hundred objects, at most ten', '/api/v1/configmaps', 10],
    ['of a namespace', '/api/v1/namespaces/a/configmaps', 2],
    ['of a page', '/api/v1/configmaps?limit=500', 5],
    [
      'of a page of what a selector leaves, which may be found last',
      '/api/v1/configmaps?limit=100&labelSelector=a',
      10,
    ],
    ['of one name', '/api/v1/namespaces/a/configmaps?fieldSelector=metadata.name%3Dx', 1],
    ['of nothing', '/api/v1/secrets', 1],
    ['of what is not there', '/apis/example.com/v1/things', 1],
    ['a watch', '/api/v1/configmaps?watch=true', 1],
    ['a watch that begins with a list', '/api/v1/configmaps?watch=true&sendInitialEvents=true', 10],
    ['a get', '/api/v1/namespaces/a/configmaps/x', 1],
  ])('%s: %s takes %i seats', (_what, url, seats) => {
    expect(estimate('GET', url)).toEqual([seats, 0]);
  });

  it('deletecollection goes through the objects, too', () => {
    expect(estimate('DELETE', '/api/v1/namespaces/a/configmaps')).toEqual([2, 0]);
  });

  it('of a write grows with the watches that are told of it, and goes on after the answer', () => {
    const watches = new WatchCounts();
    const write = (): [number, number] => estimate('PUT', '/api/v1/namespaces/a/configmaps/x', watches);
    const open = (prefix: string): AbortController => {
      const watch = new AbortController();
      watches.add(prefix, watch.signal);
      return watch;
    };
    for (let count = 0; count < 8; count++) open(MAPS);
    open(`${MAPS}a/`);
    for (let count = 0; count < 50; count++) open(`${MAPS}b/`);
    expect(write()).toEqual([1, 0]);
    const more = Array.from({ length: 12 }, () => open(`${MAPS}a/`));
    expect(write()).toEqual([3, 5]);
    for (const watch of more) watch.abort();
    expect(write()).toEqual([1, 0]);
  });
});
