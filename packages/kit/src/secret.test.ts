import { format, inspect } from 'node:util';
import { expect, it } from 'vitest';
import { FakeClock } from './clock.js';
import { createLog } from './log.js';
import { Secret } from './secret.js';

it('does not show in any way of printing it', () => {
  const secret = new Secret('hunter2');
  const lines: string[] = [];
  createLog({ write: (line) => lines.push(line), clock: new FakeClock(), level: 'info' }).info('signed in', { secret });
  const printed = [String(secret), `${secret}`, JSON.stringify({ secret }), inspect({ secret }), format('%o', secret)];
  expect([...printed, ...lines].join()).not.toContain('hunter2');
  expect(secret.reveal()).toBe('hunter2');
});
