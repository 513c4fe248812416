import type { Event as KubeEvent, Stored } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { eventRow, eventsAbout } from './event-row.js';

const event = (kind: string, name: string, part: Omit<Partial<KubeEvent>, 'metadata'> = {}): Stored<KubeEvent> => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: {
    name: `${name}.1`,
    namespace: 'default',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  involvedObject: { kind, name, namespace: 'default' },
  ...part,
});

describe('eventRow', () => {
  it('takes the newest time either generation of fields gives', () => {
    const series = { count: 7, lastObservedTime: '2026-01-03T00:00:00Z' };
    const row = eventRow(event('VirtualMachine', 'web', { series, firstTimestamp: '2026-01-02T00:00:00Z' }));
    expect(row).toMatchObject({ at: '2026-01-03T00:00:00Z', count: 7, about: 'VirtualMachine default/web' });
    expect(eventRow(event('VirtualMachine', 'web')).at).toBe('2026-01-01T00:00:00Z');
  });
});

describe('eventsAbout', () => {
  it('finds a machine with its instance, pods and disks, and nobody else', () => {
    const rows = [
      event('VirtualMachine', 'web'),
      event('VirtualMachineInstance', 'web'),
      event('Pod', 'virt-launcher-web-abcde'),
      event('PersistentVolumeClaim', 'web-disk-0-abcde'),
      event('VirtualMachine', 'web2'),
      event('PersistentVolumeClaim', 'other'),
    ].map(eventRow);
    const found = eventsAbout(rows, { namespace: 'default', name: 'web', claims: ['web-disk-0-abcde'] });
    expect(found.map(({ about }) => about)).toEqual([
      'VirtualMachine default/web',
      'VirtualMachineInstance default/web',
      'Pod default/virt-launcher-web-abcde',
      'PersistentVolumeClaim default/web-disk-0-abcde',
    ]);
  });
});
