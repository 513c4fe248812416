import { describe, expect, it } from 'vitest';
import { writesNamespace } from './namespace-writes.js';

describe('a request writes a namespace', () => {
  it.each([
    ['POST', '/api/v1/namespaces'],
    ['POST', '/api/v1/namespaces/?dryRun=All'],
    ['PUT', '/api/v1/namespaces/blue'],
    ['PATCH', '/api/v1/namespaces/blue?fieldManager=kubectl'],
    ['patch', '/api/v1/namespaces/blue/status'],
    ['PUT', '/api/v1/namespaces/blue/finalize'],
    ['PUT', '/v1/namespaces/blue'],
    ['PUT', '/v1/namespace/blue'],
    ['PUT', '/v1/Namespaces/blue'],
    ['POST', '/v1/harvester/NAMESPACE/blue?action=updateResourceQuota'],
    ['POST', '/v1/harvester/namespaces/blue?action=updateResourceQuota'],
    ['PATCH', '//api/v1//namespaces/blue'],
    ['PATCH', '/api/v1/%6eamespaces/blue'],
    ['PATCH', '/api/v1/namespaces/blue%2fstatus'],
    ['PATCH', '/api/v1/pods/../namespaces/blue'],
    ['PATCH', '/api/v1/%2e%2e/v1/namespaces/blue'],
    ['PATCH', '/api/v1/%256eamespaces/blue'],
    ['PATCH', '/api/v1/namespaces/%zz'],
  ])('by %s %s', (method, path) => {
    expect(writesNamespace(method, path)).toBe(true);
  });

  it.each([
    ['GET', '/api/v1/namespaces/blue'],
    ['DELETE', '/api/v1/namespaces/blue'],
    ['POST', '/api/v1/namespaces/blue/pods'],
    ['PATCH', '/api/v1/namespaces/blue/configmaps/namespaces'],
    ['PUT', '/apis/apps/v1/namespaces/blue/deployments/web'],
    ['POST', '/v1/harvester/kubevirt.io.virtualmachines/blue/web?action=start'],
  ])('but not by %s %s', (method, path) => {
    expect(writesNamespace(method, path)).toBe(false);
  });
});
