import type { Attributes } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { authorize } from './authorize.js';

const refusal = (attributes: Attributes, reason = '', name = 'ann'): string => {
  try {
    authorize({ decide: () => ({ allowed: false, reason }) }, { name, groups: [], extra: {} }, attributes);
    return 'allowed';
  } catch (error) {
    return String(error);
  }
};
const resource = { verb: 'list', group: '', resource: 'pods' };

describe('a refusal', () => {
  it.each([
    [
      { ...resource, namespace: 'ns' },
      'pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "ns"',
    ],
    [
      { verb: 'get', group: 'apps', resource: 'deployments', subresource: 'scale', name: 'd' },
      'deployments.apps "d" is forbidden: User "ann" cannot get resource "deployments/scale" in API group "apps" at the cluster scope',
    ],
    [{ verb: 'get', path: '/metrics' }, 'forbidden: User "ann" cannot get path "/metrics"'],
  ])('of %j is told in the words of Kubernetes', (attributes, message) => {
    expect(refusal(attributes)).toBe(`ApiError: ${message}`);
  });

  it('tells the roles that were not found', () => {
    expect(refusal(resource, 'RBAC: x not found')).toMatch(/at the cluster scope: RBAC: x not found$/);
  });

  it('brings no markup of its sender to a browser', () => {
    expect(refusal({ verb: 'get', path: '/<script>&' }, '', '<b>')).toBe(
      'ApiError: forbidden: User "&lt;b&gt;" cannot get path "/&lt;script&gt;&amp;"',
    );
  });
});
