import { describe, expect, it } from 'vitest';
import { cloudConfigFault, installsAgent, withAgent, withKeys } from './cloud-config.js';

const AGENT = `#cloud-config
package_update: true
packages:
  - qemu-guest-agent
runcmd:
  - - systemctl
    - enable
    - --now
    - qemu-guest-agent.service
`;

describe('withAgent', () => {
  it('writes what the Harvester UI writes', () => {
    expect(withAgent('', true)).toBe(AGENT);
  });

  it('takes out exactly what it put in', () => {
    expect(withAgent(AGENT, false)).toBe('');
  });

  it('keeps what a person wrote, comments included', () => {
    const own = '#cloud-config\n# mine\npassword: x\npackages:\n  - htop\n';
    const written = withAgent(own, true);
    expect(written).toContain('# mine');
    expect(written).toContain('- htop');
    expect([installsAgent(own), installsAgent(written)]).toEqual([false, true]);
    expect(withAgent(written, false)).toContain('- htop');
  });

  it('leaves a script and broken YAML alone', () => {
    for (const text of ['#!/bin/sh\necho', '#cloud-config\na: [']) expect(withAgent(text, true)).toBe(text);
  });
});

describe('withKeys', () => {
  it('adds the wanted keys and removes those no longer wanted, but never a typed one', () => {
    const typed = withKeys('', ['typed'], []);
    const chosen = withKeys(typed, ['a'], ['a', 'b']);
    expect(chosen).toBe('#cloud-config\nssh_authorized_keys:\n  - typed\n  - a\n');
    expect(withKeys(chosen, ['b'], ['a', 'b'])).toBe('#cloud-config\nssh_authorized_keys:\n  - typed\n  - b\n');
  });
});

describe('cloudConfigFault', () => {
  it('names what a YAML parser would stumble over', () => {
    expect(cloudConfigFault(AGENT)).toBeUndefined();
    expect(cloudConfigFault('#cloud-config\na: [')).toMatch(/\S/);
  });
});
