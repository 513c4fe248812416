import { describe, expect, it } from 'vitest';
import { deployments, namespaces, pods } from './generated/kinds.js';
import { apiVersion, resourcePath } from './kind.js';

describe('a kind', () => {
  it('has an apiVersion', () => {
    expect(apiVersion(pods)).toBe('v1');
    expect(apiVersion(deployments)).toBe('apps/v1');
  });

  it.each([
    [resourcePath(pods), '/api/v1/pods'],
    [resourcePath(pods, { namespace: 'a' }), '/api/v1/namespaces/a/pods'],
    [resourcePath(namespaces, { name: 'a' }), '/api/v1/namespaces/a'],
    [
      resourcePath(deployments, { namespace: 'a', name: 'b', subresource: 'status' }),
      '/apis/apps/v1/namespaces/a/deployments/b/status',
    ],
    [resourcePath(pods, { namespace: 'a', name: 'b', subresource: 'proxy/x' }), '/api/v1/namespaces/a/pods/b/proxy/x'],
    [resourcePath(pods, { namespace: '../x', name: 'a/b' }), '/api/v1/namespaces/..%2Fx/pods/a%2Fb'],
  ])('is found at %s', (path, expected) => {
    expect(path).toBe(expected);
  });
});
