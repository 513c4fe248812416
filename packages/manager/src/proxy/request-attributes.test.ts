import { expect, it } from 'vitest';
import { attributesOf } from './request-attributes.js';

/** What is asked, in one line: `verb group/resource/subresource namespace/name`, or the path. */
function asked(method: string, path: string): string | undefined {
  const question = attributesOf(method, path);
  if (question === undefined) return undefined;
  if ('nonResourceAttributes' in question) return Object.values(question.nonResourceAttributes).join(' ');
  const { verb, group, resource, subresource, namespace = '', name = '' } = question.resourceAttributes;
  const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${group}/${whole} ${namespace}/${name}`;
}

it.each([
  ['GET', '/api/v1/namespaces/blue/configmaps?watch=true', 'watch /configmaps blue/'],
  ['GET', '/api/v1/namespaces/blue/configmaps?watch=0', 'list /configmaps blue/'],
  ['GET', '/api/v1/pods?watch', 'watch /pods /'],
  ['GET', '/api/v1/watch/namespaces/blue/pods/web', 'watch /pods blue/web'],
  [
    'GET',
    '/apis/apps/v1/namespaces/blue/deployments?watch=1&fieldSelector=metadata.name%3Dweb',
    'watch apps/deployments blue/web',
  ],
  ['GET', '/api/v1/namespaces/blue/pods/web/log?follow=true', 'get /pods/log blue/web'],
  ['POST', '/api/v1/namespaces/blue/pods/web/exec?command=sh', 'create /pods/exec blue/web'],
  ['GET', '/api/v1/namespaces/blue/services/web/proxy/a/b', 'get /services/proxy blue/web'],
  [
    'GET',
    '/apis/subresources.kubevirt.io/v1/namespaces/blue/virtualmachineinstances/web/vnc',
    'get subresources.kubevirt.io/virtualmachineinstances/vnc blue/web',
  ],
  ['GET', '/api/v1/namespaces/blue', 'get /namespaces blue/blue'],
  ['PUT', '/api/v1/namespaces/blue/status', 'update /namespaces/status blue/blue'],
  ['DELETE', '/api/v1/nodes', 'deletecollection /nodes /'],
  ['GET', '/apis/apps/v1', 'get /apis/apps/v1'],
  ['GET', '/metrics?x=1', 'get /metrics'],
  ['GET', '/%61pi/v1/pods', 'list /pods /'],
  [
    'POST',
    '/v1/harvester/harvesterhci.io.virtualmachineimages/blue/disk?action=upload',
    'update harvesterhci.io/virtualmachineimages blue/disk',
  ],
  [
    'GET',
    '/v1/harvester/harvesterhci.io.virtualmachineimage/blue/disk/download',
    'get harvesterhci.io/virtualmachineimages blue/disk',
  ],
  [
    'POST',
    '/v1/harvester/kubevirt.io.virtualmachines/blue/web?action=stop',
    'get kubevirt.io/virtualmachines blue/web',
  ],
  ['POST', '/v1/configmaps', 'create /configmaps /'],
  ['GET', '/v1/pods', 'list /pods /'],
  ['GET', '/v1/subscribe', undefined],
  ['GET', '/api/v1//pods', undefined],
  ['GET', '/api/v1/pods/%2e%2e/secrets', undefined],
  ['GET', '/api/v1/%2570ods', undefined],
  ['GET', '/api/v1/pods?watch=f', 'watch /pods /'],
])('%s %s is asked about as kube-apiserver would', (method, path, question) => {
  expect(asked(method, path)).toBe(question);
});
