import { expect, it } from 'vitest';
import { FakeClock } from './clock.js';
import { createLog } from './log.js';

it('writes a line of JSON with the facts of its ancestors, from its level on', () => {
  const lines: unknown[] = [];
  const log = createLog({ write: (line) => lines.push(JSON.parse(line)), clock: new FakeClock(), level: 'info' });
  log.with({ cluster: 'c-m-1' }).warn('agent gone', { bytes: 5n, error: new TypeError('reset') });
  log.debug('unseen');
  expect(lines).toMatchObject([
    {
      time: '1970-01-01T00:00:00.000Z',
      level: 'warn',
      message: 'agent gone',
      cluster: 'c-m-1',
      bytes: '5',
      error: { name: 'TypeError', message: 'reset' },
    },
  ]);
});
