import type { ApiRequest, ApiResponse } from '@drover/api';
import { FakeClock } from '@drover/kit';
import { expect, it } from 'vitest';
import { ExtensionDocuments, type Publisher } from './extension-documents.js';

const PATHS = { '/apis/ext.example.org/v1/things': {} };

/** An extension server that answers so, and notes by which etag it was asked. */
function publisher(answer: (request: ApiRequest) => ApiResponse) {
  const asked: unknown[] = [];
  const api: Publisher & { resources: Publisher['resources'] } = {
    group: 'ext.example.org',
    version: 'v1',
    resources: [],
    async forward(request) {
      asked.push(request.headers['if-none-match']);
      return answer(request);
    },
  };
  return { api, asked };
}

const published = (etag: string, paths: object): ApiResponse => ({
  status: 200,
  headers: { etag },
  body: Buffer.from(JSON.stringify({ paths })),
});
const unchanged: ApiResponse = { status: 304, headers: {}, body: new Uint8Array() };

it('an extension server is asked for what has changed, once a minute, by however many', async () => {
  const clock = new FakeClock();
  const documents = new ExtensionDocuments(clock);
  const { api, asked } = publisher(({ headers }) =>
    headers['if-none-match'] === '"1"' ? unchanged : published('"1"', PATHS),
  );
  const [first, second] = await Promise.all([documents.of([api]), documents.of([api])]);
  expect(second).toEqual(first);
  expect(first[0]?.entries.map(({ name }) => name)).toEqual(Object.keys(PATHS));
  await clock.advance(59_999);
  await documents.of([api]);
  expect(asked).toEqual([undefined]);
  await clock.advance(1);
  expect(await documents.of([api])).toEqual(first);
  expect(asked).toEqual([undefined, '"1"']);
});

it('an extension server that has other resources is asked at once', async () => {
  const documents = new ExtensionDocuments(new FakeClock());
  let paths = {};
  const { api } = publisher(() => published('"1"', paths));
  expect((await documents.of([api]))[0]?.entries).toEqual([]);
  paths = PATHS;
  api.resources = [...api.resources];
  expect((await documents.of([api]))[0]?.entries.length).toBe(1);
});

it('what an extension server said goes on to hold while it says nothing', async () => {
  const clock = new FakeClock();
  const documents = new ExtensionDocuments(clock);
  let answer = published('"1"', PATHS);
  const { api } = publisher(() => answer);
  const before = await documents.of([api]);
  answer = { status: 503, headers: {}, body: new Uint8Array() };
  await clock.advance(60_000);
  expect(await documents.of([api])).toEqual(before);
});
