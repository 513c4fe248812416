import { describe, expect, it } from 'vitest';
import { matchPath } from './route.js';

describe('a path', () => {
  it.each([
    ['/v3/users/:id', '/v3/users/u-1', { id: 'u-1' }],
    ['/v3/users/:id', '/v3//users/u-1/', { id: 'u-1' }],
    ['/v3/clusterregistrationtokens', '/v3/clusterRegistrationTokens', {}],
    ['/v3/principals/:id', '/v3/principals/local%3A%2F%2Fu-1', { id: 'local://u-1' }],
    ['/k8s/clusters/:cluster/*', '/k8s/clusters/c-1/api/v1', { cluster: 'c-1', rest: '/api/v1' }],
    ['/k8s/clusters/:cluster/*', '/k8s/clusters/c-1', { cluster: 'c-1', rest: '/' }],
    ['/k8s/clusters/:cluster/*', '/k8s/clusters/c-1/a%2fb//c/', { cluster: 'c-1', rest: '/a%2fb//c/' }],
    ['/v3/users/:id', '/v3/users', undefined],
    ['/v3/users/:id', '/v3/users/u-1/x', undefined],
    ['/v3/users/:id', '/v3/users/%E0%A4%A', undefined],
  ])('%s fits %s: %j', (pattern, path, params) => expect(matchPath(pattern, path)).toEqual(params));
});
