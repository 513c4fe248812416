import { expect } from 'vitest';
import { configMap } from '../cluster/objects.js';
import { suite } from '../suite.js';

/** Families that dashboards and alerts of Kubernetes ask for by these names. */
const FAMILIES = [
  'apiserver_request_total',
  'apiserver_request_duration_seconds',
  'apiserver_current_inflight_requests',
  'apiserver_longrunning_requests',
  'apiserver_response_sizes',
  'apiserver_watch_events_total',
  'apiserver_storage_objects',
  'apiserver_flowcontrol_dispatched_requests_total',
  'process_resident_memory_bytes',
  'process_cpu_seconds_total',
];

suite('metrics', ({ promises }) => {
  promises('are served in the text format of Prometheus', async ({ api }) => {
    const metrics = await api.get('/metrics');
    expect(metrics.status).toBe(200);
    expect(metrics.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  for (const family of FAMILIES) {
    promises(`have ${family}`, async ({ api, core }) => {
      await api.post(core('configmaps'), configMap('watched'));
      await using watch = await api.watch(core('configmaps'));
      await watch.next();
      expect((await api.get('/metrics')).text).toMatch(new RegExp(`^# TYPE ${family} (counter|gauge|histogram)$`, 'm'));
    });
  }

  promises('count requests by verb, resource, scope and code', async ({ api, core }) => {
    await api.get(core('configmaps', 'absent'));
    const parts = ['apiserver_request_total{', 'verb="GET"', 'resource="configmaps"', 'code="404"'];
    const line = (await api.get('/metrics')).text
      .split('\n')
      .find((text) => parts.every((part) => text.includes(part)));
    expect(line).toContain('scope="resource"');
    expect(line).toContain('version="v1"');
  });

  promises('are not for everybody', async ({ api }) => {
    expect((await api.as('conformance:nobody').get('/metrics')).outcome).toBe('403 Forbidden');
  });
});
