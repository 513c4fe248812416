import { describe, expect, it } from 'vitest';
import { consoleUrl, reconnectDelay } from './connection.js';
import { consolePath } from './window.js';

describe('consoleUrl', () => {
  it('is the KubeVirt subresource, through the manager, over TLS where the page is', () => {
    expect(consoleUrl('https://manager:8443', 'c-m-1', 'default', 'web', 'vnc')).toBe(
      'wss://manager:8443/k8s/clusters/c-m-1/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachineinstances/web/vnc',
    );
  });
});

describe('consolePath', () => {
  it('escapes what it is made of', () => {
    expect(consolePath('c-m-1', 'default', 'a/b', 'serial')).toBe('/dashboard/console/c-m-1/default/a%2Fb/serial');
  });
});

describe('reconnectDelay', () => {
  it('grows to a quarter of a minute', () => {
    expect([reconnectDelay(0, () => 1), reconnectDelay(20, () => 1)]).toEqual([1000, 15_000]);
  });
});
