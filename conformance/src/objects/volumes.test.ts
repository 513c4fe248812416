import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import type { Api } from '../cluster/api.js';
import { eventually } from '../cluster/eventually.js';
import { suite } from '../suite.js';

const MORE = 'Forbidden: may not specify more than 1 volume type';

const labels = { app: 'a' };
const template = (...volumes: readonly JsonObject[]): JsonObject => ({
  metadata: { labels },
  spec: { containers: [{ name: 'c', image: 'i' }], volumes },
});

/** The status with which an object is answered when it has gone, or for as long as it does not. */
const gone = (api: Api, path: string): Promise<number> =>
  eventually(
    async () => (await api.get(path)).status,
    (status) => status === 404,
  );

suite('volumes', ({ promises }) => {
  promises('of a template have one source each', async ({ api, group }) => {
    const two = { name: 'v', secret: { secretName: 's' }, emptyDir: {}, downwardAPI: {} };
    const spec = { selector: { matchLabels: labels }, template: template({ name: 'fine', emptyDir: {} }, two) };
    const refused = await api.post(group('apps/v1', 'deployments'), { metadata: { name: 'two' }, spec });
    expect(refused.outcome).toBe('422 Invalid');
    expect(refused.textAt('message')).toBe(
      `Deployment.apps "two" is invalid: [spec.template.spec.volumes[1].secret: ${MORE}, spec.template.spec.volumes[1].downwarAPI: ${MORE}]`,
    );
  });

  promises('that are persistent are in one place', async ({ api, unique, afterwards }) => {
    const volume = (where: JsonObject): JsonObject => ({
      metadata: { name: unique },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...where },
    });
    const path = '/api/v1/persistentvolumes';
    const hostPath = { path: '/a' };
    const nfs = { server: 's', path: '/' };
    expect((await api.post(path, volume({ nfs, hostPath }))).causes).toEqual(['spec.nfs']);
    const nowhere = await api.post(path, volume({}));
    expect(nowhere.textAt('message')).toBe(
      `PersistentVolume "${unique}" is invalid: spec: Required value: must specify a volume type`,
    );
    afterwards(`${path}/${unique}`);
    expect((await api.post(path, volume({ hostPath }))).status).toBe(201);
  });

  promises(
    'that are persistent, and claims, are held until nobody uses them',
    async ({ api, core, unique, afterwards }) => {
      const resources = { requests: { storage: '1Gi' } };
      const claim = await api.post(core('persistentvolumeclaims'), {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources },
      });
      expect(claim.at('metadata.finalizers')).toEqual(['kubernetes.io/pvc-protection']);
      await api.post(core('pods'), {
        metadata: { name: 'user' },
        spec: {
          nodeName: 'nowhere',
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
        },
      });
      const path = core('persistentvolumeclaims', 'data');
      const deleted = await api.delete(path);
      expect(deleted.textAt('metadata.deletionTimestamp')).not.toBe('');
      expect((await api.get(path)).status).toBe(200);
      await api.delete(core('pods', 'user'), { gracePeriodSeconds: 0 });
      expect(await gone(api, path)).toBe(404);

      const volume = `/api/v1/persistentvolumes/${unique}-held`;
      afterwards(volume);
      const made = await api.post('/api/v1/persistentvolumes', {
        metadata: { name: `${unique}-held` },
        spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/a' } },
      });
      expect(made.at('metadata.finalizers')).toEqual(['kubernetes.io/pv-protection']);
      await api.delete(volume);
      expect(await gone(api, volume)).toBe(404);
    },
  );

  promises('that a stateful set claims are told with their defaults', async ({ api, group }) => {
    const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    const made = await api.post(group('apps/v1', 'statefulsets'), {
      metadata: { name: 'db' },
      spec: {
        serviceName: 'db',
        replicas: 0,
        selector: { matchLabels: labels },
        template: template(),
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }],
      },
    });
    expect(made.at('spec.volumeClaimTemplates')).toEqual([
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data', creationTimestamp: null },
        spec: { ...claim, volumeMode: 'Filesystem' },
        status: { phase: 'Pending' },
      },
    ]);
  });
});
