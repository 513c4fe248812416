import { type AdmissionPlugin, ApiError, type KubeObject } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { ask } from '../testing/ask.js';
import { openTestServer } from '../testing/test-server.js';

const MAPS = '/api/v1/namespaces/default/configmaps';
const map = (name: string, data: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

const plugin = (admit: AdmissionPlugin['admit']): AdmissionPlugin => ({
  name: 'test',
  resources: ['/configmaps'],
  admit,
});
const withData = (object: KubeObject, data: object): KubeObject => ({ ...object, data }) as KubeObject;

describe('an admission step', () => {
  it('sees kinds it asked for only, with who asks and what was there before', async () => {
    const seen: string[] = [];
    const admit: AdmissionPlugin['admit'] = ({ operation, resource, name, identity, old, dryRun }) => {
      if (identity.name === 'admin')
        seen.push(`${operation} ${resource} ${name} by ${identity.name} old=${old !== undefined} dry=${dryRun}`);
      return undefined;
    };
    await using test = await openTestServer({ admission: [plugin(admit)] });
    await ask(test.server, 'POST', MAPS, map('a'));
    await ask(test.server, 'PUT', `${MAPS}/a?dryRun=All`, map('a', { x: 'y' }));
    await ask(test.server, 'DELETE', `${MAPS}/a`);
    await ask(test.server, 'POST', '/api/v1/namespaces/default/secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
    });
    expect(seen).toEqual([
      'CREATE configmaps a by admin old=false dry=false',
      'UPDATE configmaps a by admin old=true dry=true',
      'DELETE configmaps a by admin old=true dry=false',
    ]);
  });

  it('changes what is stored, and what it changed is held to the rules again', async () => {
    const admit: AdmissionPlugin['admit'] = ({ object, name }) =>
      object && (name === 'bad' ? withData(object, { a: 1 }) : withData(object, { a: 'admitted' }));
    await using test = await openTestServer({ admission: [plugin(admit)] });
    expect((await ask(test.server, 'POST', MAPS, map('good'))).body['data']).toEqual({ a: 'admitted' });
    expect((await ask(test.server, 'POST', MAPS, map('bad'))).status).toBe(422);
  });

  it('refuses, and then nothing is stored', async () => {
    const admit: AdmissionPlugin['admit'] = ({ name }) => {
      if (name === 'no') throw new ApiError('Forbidden', 'not today');
      return undefined;
    };
    await using test = await openTestServer({ admission: [plugin(admit)] });
    const { status, body } = await ask(test.server, 'POST', MAPS, map('no'));
    expect([status, body['message']]).toEqual([403, 'not today']);
    expect((await ask(test.server, 'GET', `${MAPS}/no`)).status).toBe(404);
  });

  it('that fails refuses the write: a guard that is broken lets nobody pass', async () => {
    const admit: AdmissionPlugin['admit'] = ({ name }) => {
      if (name === 'broken') throw new TypeError('a bug');
      return undefined;
    };
    await using test = await openTestServer({ admission: [plugin(admit)] });
    const { status, text } = await ask(test.server, 'POST', MAPS, map('broken'));
    expect([status, text.includes('a bug')]).toEqual([500, false]);
    expect((await ask(test.server, 'GET', `${MAPS}/broken`)).status).toBe(404);
  });
});
