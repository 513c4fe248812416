import { harvesterCrds, rancherCrds } from '@drover/api/schemas';
import { describe, expect, it } from 'vitest';
import { ask } from '../testing/ask.js';
import { openTestServer } from '../testing/test-server.js';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

describe.each([
  ['a Harvester-compatible cluster', harvesterCrds],
  ['the management side', rancherCrds],
])('the definitions of %s', (_, definitions) => {
  it('are accepted and established', async () => {
    await using test = await openTestServer();
    const refused: unknown[] = [];
    for (const definition of definitions()) {
      const { status, body } = await ask(test.server, 'POST', DEFINITIONS, definition);
      const conditions = JSON.stringify(body['status']?.['conditions'] ?? []);
      if (status !== 201 || !conditions.includes('"type":"Established"')) refused.push(body['message'] ?? conditions);
    }
    expect(refused).toEqual([]);
  });
});
