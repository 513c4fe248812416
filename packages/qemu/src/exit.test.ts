import { describe, expect, it } from 'vitest';
import { deduceExit, lastWords } from './exit.js';

const remains = { at: 1, log: '', hostRestarted: false };

describe('why a machine ended', () => {
  it.each([
    ['the host restarted', { hostRestarted: true }, 'host-restarted', 'the host restarted while the machine ran'],
    [
      'somebody sent it a signal',
      { log: 'qemu-system-x86_64: terminating on signal 15 from pid 1 (init)\n', code: 0 },
      'terminated',
      'terminating on signal 15 from pid 1 (init)',
    ],
    ['it was killed', { signal: 'SIGKILL' }, 'crashed', 'QEMU ended unexpectedly by SIGKILL: it left no message'],
    [
      'it gave up',
      { log: '/usr/bin/qemu-system-x86_64: cannot allocate memory\n', code: 1 },
      'crashed',
      'QEMU ended unexpectedly with exit code 1: cannot allocate memory',
    ],
  ])('is deduced when %s', (_name, found, reason, message) => {
    expect(deduceExit({ ...remains, ...found })).toMatchObject({ reason, message, at: 1 });
  });

  it('quotes at most 500 characters', () => {
    expect(lastWords(`first\n${'x'.repeat(1000)}\n\n`)).toBe('x'.repeat(500));
  });
});
