import { describe, expect, it } from 'vitest';
import { createHttp, csrfToken, type Fetch, Unreachable } from './http.js';

const answering =
  (status: number, body: string, seen: RequestInit[] = []): Fetch =>
  async (_url, init) => {
    seen.push(init);
    return new Response(body, { status });
  };
const nobody = (): void => undefined;

describe('Http', () => {
  it('sends the CSRF cookie back as a header with a write, and not with a read', async () => {
    const seen: RequestInit[] = [];
    const http = createHttp(answering(200, '{}', seen), () => 'a=b; CSRF=abc', nobody);
    await http.request('/x', { method: 'POST', body: {} });
    await http.request('/x');
    expect(seen.map((init) => new Headers(init.headers).get('x-api-csrf'))).toEqual(['abc', null]);
  });

  it('throws the refusal of a Status document with its reason', async () => {
    const status = {
      kind: 'Status',
      status: 'Failure',
      reason: 'Conflict',
      message: 'VM is already running',
      code: 409,
    };
    const http = createHttp(answering(409, JSON.stringify(status)), () => '', nobody);
    await expect(http.request('/x')).rejects.toMatchObject({ reason: 'Conflict', message: 'VM is already running' });
  });

  it('tells the session that it has ended', async () => {
    let signedOut = 0;
    const http = createHttp(
      answering(401, ''),
      () => '',
      () => {
        signedOut += 1;
      },
    );
    await expect(http.request('/x')).rejects.toMatchObject({ code: 401 });
    expect(signedOut).toBe(1);
  });

  it('says so when no answer came', async () => {
    const http = createHttp(
      async () => Promise.reject(new TypeError('failed')),
      () => '',
      nobody,
    );
    await expect(http.request('/x')).rejects.toBeInstanceOf(Unreachable);
  });
});

describe('csrfToken', () => {
  it('is absent without the cookie', () => {
    expect(csrfToken('other=1')).toBeUndefined();
  });
});
