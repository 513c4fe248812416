import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { createClient, fetchTransport } from './browser.js';
import { widgets } from './testing/conformance.js';

/** Every module that the browser entry loads, and every bare import among them. */
function importsOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export)\s[^;]*?from\s+'([^']+)'/gms)) {
    if (from.startsWith('.')) importsOf(fileURLToPath(new URL(from, `file://${file}`)), seen);
    else seen.add(from);
  }
  return seen;
}

describe('the entry for browsers', () => {
  it('loads nothing that only Node has', () => {
    const loaded = [...importsOf(fileURLToPath(new URL('./browser.js', import.meta.url)))];
    expect(loaded.filter((name) => !name.startsWith('/'))).toEqual(
      expect.arrayContaining(['@drover/api', '@drover/kit']),
    );
    expect(loaded.filter((name) => !name.startsWith('/') && !name.startsWith('@drover/'))).toEqual([]);
  });

  it('asks with the session and what the page adds, and never follows a redirect', async () => {
    const asked: { url: string; init: RequestInit | undefined }[] = [];
    const transport = fetchTransport({
      baseUrl: '/k8s/clusters/local',
      headers: () => ({ 'x-api-csrf': 'token' }),
      fetch: async (url, init) => {
        asked.push({ url: String(url), init });
        return new Response('{"metadata":{"name":"a"}}');
      },
    });
    const client = createClient(transport, { clock: new FakeClock() });
    await client.get(widgets, { namespace: 'default', name: 'a' });
    expect(asked[0]?.url).toBe('/k8s/clusters/local/apis/conformance.drover.io/v1/namespaces/default/widgets/a');
    expect(asked[0]?.init).toMatchObject({
      redirect: 'error',
      credentials: 'same-origin',
      headers: { accept: 'application/json', 'x-api-csrf': 'token' },
    });
  });
});
