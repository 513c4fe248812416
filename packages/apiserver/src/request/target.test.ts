import { describe, expect, it } from 'vitest';
import { parseTarget, type ResourceTarget, verbOf } from './target.js';

describe('a path', () => {
  it.each([
    ['/api/v1/pods', { group: '', version: 'v1', resource: 'pods' }],
    ['/api/v1/namespaces/a/pods/b', { group: '', version: 'v1', namespace: 'a', resource: 'pods', name: 'b' }],
    ['/api/v1/namespaces/a', { group: '', version: 'v1', authorizedIn: 'a', resource: 'namespaces', name: 'a' }],
    [
      '/api/v1/namespaces/a/finalize',
      { group: '', version: 'v1', authorizedIn: 'a', resource: 'namespaces', name: 'a', subresource: 'finalize' },
    ],
    [
      '/apis/apps/v1/namespaces/a/deployments/b/scale',
      { group: 'apps', version: 'v1', namespace: 'a', resource: 'deployments', name: 'b', subresource: 'scale' },
    ],
    [
      '/apis/g.io/v1/virtualmachines/b/addvolume/x',
      { group: 'g.io', version: 'v1', resource: 'virtualmachines', name: 'b', subresource: 'addvolume/x' },
    ],
    [
      '/api/v1/watch/namespaces/a/pods/b',
      { group: '', version: 'v1', namespace: 'a', resource: 'pods', name: 'b', watched: true },
    ],
    ['/apis/apps/v1/watch/deployments', { group: 'apps', version: 'v1', resource: 'deployments', watched: true }],
  ])('%s addresses what Kubernetes says', (path, expected) => {
    expect(parseTarget(path)).toEqual({ type: 'resource', ...expected });
  });

  it.each(['/', '/api', '/api/v1', '/apis/', '/apis/apps/v1/', '/healthz/etcd'])('%s is no resource', (path) => {
    expect(parseTarget(path).type).toBe('path');
  });

  it.each([
    '/api/v1/namespaces/..%2fa/pods',
    '/api/v1/pods/%2e%2e',
    '/api/v1//pods',
    '/api/v1/pods/a%2fb',
    '/api/v1/pods/a%25',
    '/api/v1/pods/%zz',
  ])('%s is refused', (path) => {
    expect(() => parseTarget(path)).toThrow(/segment/);
  });
});

describe('a verb', () => {
  const pods: ResourceTarget = { type: 'resource', group: '', version: 'v1', resource: 'pods' };

  it('is what the method means at its place', () => {
    expect(verbOf('GET', pods, false)).toBe('list');
    expect(verbOf('GET', pods, true)).toBe('watch');
    expect(verbOf('GET', { ...pods, name: 'a' }, false)).toBe('get');
    expect(verbOf('DELETE', pods, false)).toBe('deletecollection');
    expect(verbOf('TRACE', pods, false)).toBeUndefined();
    expect(verbOf('GET', { ...pods, name: 'a', watched: true }, false)).toBe('watch');
    expect(verbOf('DELETE', { ...pods, name: 'a', watched: true }, false)).toBeUndefined();
  });
});
