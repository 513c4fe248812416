import { describe, expect, it } from 'vitest';
import { canonical, parseReference } from './reference.js';

describe('an image reference', () => {
  it.each([
    ['debian', 'docker.io/library/debian:latest'],
    ['debian:12', 'docker.io/library/debian:12'],
    ['rancher/rancher-agent:v2.12.0', 'docker.io/rancher/rancher-agent:v2.12.0'],
    ['registry.suse.com/suse/vmdp/vmdp:2.5.5', 'registry.suse.com/suse/vmdp/vmdp:2.5.5'],
    ['localhost/agent', 'localhost/agent:latest'],
    ['127.0.0.1:5000/agent:v1', '127.0.0.1:5000/agent:v1'],
    [`ghcr.io/a/b@sha256:${'0'.repeat(64)}`, `ghcr.io/a/b@sha256:${'0'.repeat(64)}`],
  ])('%s is %s', (image, name) => {
    const reference = parseReference(image);
    expect(reference && canonical(reference)).toBe(name);
  });

  it.each(['', 'a/UPPER', 'a b', 'a/../b', 'host.io/', 'x:', 'x@sha256:12', '-x', 'host.io:99999999/x'])(
    '"%s" is none',
    (image) => {
      expect(parseReference(image)).toBeUndefined();
    },
  );
});
