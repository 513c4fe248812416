import { randomBytes } from 'node:crypto';
import { FakeClock } from '@drover/kit';
import { clientConformance } from '../testing/conformance.js';
import { createFakeClient } from './fake-client.js';

clientConformance('the fake client', async () => ({
  client: createFakeClient({ clock: new FakeClock(1_767_225_600_000), random: randomBytes }),
  namespace: 'default',
  async [Symbol.asyncDispose]() {},
}));
