import { expect } from 'vitest';
import { configMap } from '../cluster/objects.js';
import { suite } from '../suite.js';

/** Families that dashboards and alerts of Kubernetes ask for by these names. */
const FAMILIES = [
  'apiserver_request_total',
  'apiserver_request_duration_seconds',
  'apiserver_request_sli_duration_seconds',
  'apiserver_current_inflight_requests',
  'apiserver_current_inqueue_requests',
  'apiserver_longrunning_requests',
  'apiserver_response_sizes',
  'apiserver_watch_events_total',
  'apiserver_watch_events_sizes',
  'apiserver_storage_objects',
  'apiserver_storage_size_bytes',
  'etcd_request_duration_seconds',
  'etcd_requests_total',
  'apiserver_admission_step_admission_duration_seconds',
  'apiserver_admission_controller_admission_duration_seconds',
  'apiserver_flowcontrol_dispatched_requests_total',
  'apiserver_flowcontrol_current_inqueue_requests',
  'apiserver_flowcontrol_current_executing_requests',
  'apiserver_flowcontrol_current_executing_seats',
  'apiserver_flowcontrol_request_execution_seconds',
  'apiserver_flowcontrol_request_wait_duration_seconds',
  'apiserver_flowcontrol_work_estimated_seats',
  'apiserver_flowcontrol_nominal_limit_seats',
  'apiserver_flowcontrol_current_limit_seats',
  'authentication_attempts',
  'authorization_attempts_total',
  'apiserver_authorization_decisions_total',
  'workqueue_adds_total',
  'workqueue_depth',
  'workqueue_retries_total',
  'workqueue_queue_duration_seconds',
  'workqueue_work_duration_seconds',
  'process_resident_memory_bytes',
  'process_cpu_seconds_total',
  'process_start_time_seconds',
  'process_open_fds',
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

  promises('tell when the process began, and go on telling the same', async ({ api }) => {
    const began = async (): Promise<string | undefined> =>
      /^process_start_time_seconds (.+)$/m.exec((await api.get('/metrics')).text)?.[1];
    const first = await began();
    expect(Number(first)).toBeGreaterThan(1.6e9);
    expect(await began()).toBe(first);
  });

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
