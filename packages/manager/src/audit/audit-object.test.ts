import { expect, it } from 'vitest';
import { objectOf } from './audit-object.js';

it.each([
  ['/api/v1/pods', { cluster: 'local', resource: 'pods' }],
  ['/api/v1/namespaces/shop', { cluster: 'local', resource: 'namespaces', name: 'shop' }],
  [
    '/api/v1/namespaces/shop/finalize',
    { cluster: 'local', resource: 'namespaces', name: 'shop', subresource: 'finalize' },
  ],
  [
    '/k8s/clusters/c-m-abcd2345/api/v1/namespaces/shop/pods/web/exec',
    { cluster: 'c-m-abcd2345', namespace: 'shop', resource: 'pods', name: 'web', subresource: 'exec' },
  ],
  [
    '/k8s/clusters/c-m-abcd2345/apis/subresources.kubevirt.io/v1/namespaces/shop/virtualmachineinstances/db/vnc/screenshot',
    {
      cluster: 'c-m-abcd2345',
      group: 'subresources.kubevirt.io',
      namespace: 'shop',
      resource: 'virtualmachineinstances',
      name: 'db',
      subresource: 'vnc/screenshot',
    },
  ],
  [
    '/k8s/clusters/c-m-abcd2345/v1/harvester/kubevirt.io.virtualmachines/shop/db',
    { cluster: 'c-m-abcd2345', resource: 'kubevirt.io.virtualmachines', namespace: 'shop', name: 'db' },
  ],
  [
    '/apis/management.cattle.io/v3/users/u-a',
    { cluster: 'local', group: 'management.cattle.io', resource: 'users', name: 'u-a' },
  ],
  ['/v3/projects/c-m-abcd2345:p-x', { cluster: 'local', resource: 'projects', namespace: 'c-m-abcd2345', name: 'p-x' }],
  ['/v3/clusters', { cluster: 'local', resource: 'clusters' }],
  ['/v1/management.cattle.io.users/u-a', { cluster: 'local', resource: 'management.cattle.io.users', name: 'u-a' }],
  ['/version', { cluster: 'local' }],
  ['/k8s/clusters/%zz/api', { cluster: '%zz' }],
])('%s is about %j', (path, object) => expect(objectOf(path)).toEqual(object));
