import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const REVISIONS = '/apis/apps/v1/namespaces/default/controllerrevisions';
const INVALID = 'ControllerRevision.apps "one" is invalid: ';

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
  await make({ revision: 1, data: { a: 1, b: 2 } });
});
afterAll(() => test[Symbol.asyncDispose]());

const make = (fields: object, name = 'one'): Promise<Answer> =>
  ask(test.server, 'POST', REVISIONS, { metadata: { name }, ...fields });
const change = (fields: object): Promise<Answer> =>
  ask(test.server, 'PATCH', `${REVISIONS}/one`, fields, {
    headers: { 'content-type': 'application/merge-patch+json' },
  });

describe('a controller revision', () => {
  it.each<[object, string]>([
    [{ revision: 1 }, 'data: Required value: data is mandatory'],
    [{ revision: 1, data: null }, 'data: Required value: data is mandatory'],
    [{ revision: -1, data: {} }, 'revision: Invalid value: -1: must be greater than or equal to 0'],
  ])('cannot be made of %j', async (fields, why) => {
    const { status, body } = await make(fields);
    expect([status, body['message']]).toEqual([422, `${INVALID}${why}`]);
  });

  it('is the first when it does not say which it is', async () => {
    expect((await make({ data: {} }, 'first')).body).toMatchObject({ revision: 0 });
  });

  it('may get another number, but no other data', async () => {
    expect((await change({ revision: 2, data: { a: 1 } })).status).toBe(200);
    const raw = (text: string): string => `runtime.RawExtension{Raw:${text}, Object:runtime.Object(nil)}`;
    for (const [data, told] of [
      [{ a: null, b: null }, raw('[]uint8{0x7b, 0x7d}')],
      [null, raw('[]uint8(nil)')],
    ] as const) {
      const { status, body } = await change({ data });
      expect([status, body['message']]).toEqual([422, `${INVALID}data: Invalid value: ${told}: field is immutable`]);
    }
  });
});
