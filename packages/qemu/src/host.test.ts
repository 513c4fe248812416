import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseAccelerator, detectHost, HostProblem, missing, usableQemu, usableTools } from './host.js';
import { temporaryDirectory } from './testing/fixture.js';

const INTEL = 'processor\t: 0\nflags\t\t: fpu vme vmx sse2\n';
const AMD = 'processor\t: 0\nflags\t\t: fpu svm sse2\n';
const NEITHER = 'processor\t: 0\nflags\t\t: fpu vmxish sse2\nmodel name\t: svm vmx\n';

describe('the accelerator', () => {
  it.each([
    ['kvm', INTEL, undefined, 'hardware virtualization (vmx)'],
    ['kvm', AMD, undefined, 'hardware virtualization (svm)'],
    ['tcg', INTEL, 'there is no /dev/kvm', 'software emulation: there is no /dev/kvm'],
    ['tcg', NEITHER, undefined, 'software emulation: the processor does not offer virtualization (no vmx or svm)'],
    ['tcg', '', undefined, 'software emulation: the processor does not offer virtualization (no vmx or svm)'],
  ])('is %s for %j and /dev/kvm: %s', (accelerator, cpuinfo, problem, acceleratorReason) => {
    expect(chooseAccelerator(cpuinfo, problem)).toEqual({ accelerator, acceleratorReason });
  });
});

describe('a host without QEMU', () => {
  it.each([
    ['ID=debian\n', 'apt install qemu-system-x86 qemu-utils'],
    ['NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n', 'apt install qemu-system-x86 qemu-utils'],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'dnf install qemu-system-x86-core qemu-img'],
    ['ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', 'zypper install qemu-x86 qemu-tools'],
    ['', 'Debian: qemu-system-x86 and qemu-utils'],
  ])('with %j says what to install', (release, how) => {
    expect(missing('QEMU', release)).toContain(how);
  });

  it('is told as such, and refuses to start anything in the same words', async () => {
    const host = await detectHost({ searchPath: '/nowhere' });
    expect(host.qemu.ok || host.qemu.problem).toMatch(/^QEMU is not installed: /);
    expect(() => usableQemu(host)).toThrow(HostProblem);
    expect(() => usableTools(host)).toThrow(/^qemu-img is not installed: /);
  });

  it.each([
    ['echo "QEMU emulator version 5.2.0"', /is QEMU 5\.2\.0, and 7\.1 is needed$/],
    ['exit 1', /does not run/],
  ])('is one whose QEMU does %s', async (script, problem) => {
    await using home = await temporaryDirectory();
    const binary = join(home.path, 'qemu-system-x86_64');
    await writeFile(binary, `#!/bin/sh\n${script}\n`);
    await chmod(binary, 0o755);
    const { qemu } = await detectHost({ searchPath: home.path });
    expect(qemu.ok || qemu.problem).toMatch(problem);
  });
});

describe('this host', () => {
  it('has processors and memory', async () => {
    const host = await detectHost();
    expect(host.cpus).toBeGreaterThan(0);
    expect(host.memoryBytes).toBeGreaterThan(0);
    expect(host.acceleratorReason).not.toBe('');
  });
});
