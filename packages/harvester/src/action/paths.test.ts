import type { ApiRequest, Attributes } from '@drover/api';
import { virtualMachineImages, virtualMachines } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { ImageFiles } from '../image/files.js';
import { Transfers } from '../image/transfers.js';
import { openTestCluster, type TestCluster } from '../testing/cluster.js';
import { machine } from '../testing/documents.js';
import { FakeMachines } from '../testing/fake-machines.js';
import { Late, type View } from '../view.js';
import { harvesterPaths } from './paths.js';

async function* nothing(): AsyncGenerator<Uint8Array> {}

interface Lab extends TestCluster {
  readonly asked: Attributes[];
  call(method: string, path: string, body?: string, contentType?: string): Promise<{ status: number; body: string }>;
}

/** A lab whose caller may do what `allowed` says. */
async function openLab(allowed: boolean): Promise<Lab> {
  const cluster = await openTestCluster();
  const files = new ImageFiles('/nowhere');
  const transfers = new Transfers({
    ...cluster,
    files,
    inspect: () => Promise.reject(new Error('not here')),
    copyVolume: () => Promise.reject(new Error('not here')),
    outbound: () => ({ proxy: {}, ca: [] }),
  });
  const late = new Late<View>();
  late.fill({
    ...cluster.informers,
    client: cluster.client,
    running: new FakeMachines(),
    imageFiles: files,
    transfers,
  });
  await cluster.client.create(virtualMachines, machine({ runStrategy: 'Halted' }));
  await cluster.client.create(virtualMachineImages, {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'VirtualMachineImage',
    metadata: { namespace: 'default', name: 'image-a' },
    spec: { displayName: 'a', sourceType: 'upload' },
  });
  await cluster.until(
    virtualMachines,
    'default/web01',
    () => cluster.informers.machines.list().length + cluster.informers.images.list().length === 2,
  );
  const asked: Attributes[] = [];
  const paths = harvesterPaths(late, cluster.random);
  return {
    ...cluster,
    asked,
    async call(method, path, body = '', contentType = 'application/json') {
      const request: ApiRequest = {
        method,
        url: `/v1/harvester/${path}`,
        headers: { 'content-type': contentType },
        body: (async function* () {
          yield Buffer.from(body);
        })(),
        signal: new AbortController().signal,
      };
      const answer = await paths.handle(request, { name: 'alice', groups: [], extra: {} }, (attributes) => {
        asked.push(attributes);
        return { allowed, reason: '' };
      });
      return {
        status: answer.status,
        body: answer.body instanceof Uint8Array ? Buffer.from(answer.body).toString() : '',
      };
    },
  };
}

describe("Harvester's own API", () => {
  it('does an action with the right that the same deed takes in KubeVirt', async () => {
    await using lab = await openLab(true);
    expect(await lab.call('POST', 'kubevirt.io.virtualmachines/default/web01?action=start')).toEqual({
      status: 204,
      body: '',
    });
    expect(lab.asked).toEqual([
      {
        verb: 'update',
        group: 'subresources.kubevirt.io',
        resource: 'virtualmachines',
        subresource: 'start',
        namespace: 'default',
        name: 'web01',
      },
    ]);
    expect((await lab.client.get(virtualMachines, { namespace: 'default', name: 'web01' })).spec.runStrategy).toBe(
      'Always',
    );
  });

  it('takes the note off a machine that was halted for want of quota', async () => {
    await using lab = await openLab(true);
    const ref = { namespace: 'default', name: 'web01' };
    const annotations = { 'harvesterhci.io/insufficient-resource-quota': 'exceeded quota' };
    await lab.client.patch(virtualMachines, ref, { type: 'merge', patch: { metadata: { annotations } } });
    await lab.call('POST', 'kubevirt.io.virtualmachines/default/web01?action=dismissInsufficientResourceQuota');
    expect(lab.asked).toMatchObject([{ verb: 'update', group: 'kubevirt.io', resource: 'virtualmachines' }]);
    expect((await lab.client.get(virtualMachines, ref)).metadata.annotations).not.toHaveProperty(
      'harvesterhci.io/insufficient-resource-quota',
    );
  });

  it('takes as long as an image takes, and no longer for anything else', () => {
    const takesLong = (path: string): boolean | undefined => {
      const { signal } = new AbortController();
      const request = { method: 'POST', url: `/v1/harvester/${path}`, headers: {}, body: nothing(), signal };
      return harvesterPaths(new Late<View>(), () => new Uint8Array()).isLongRunning?.(request);
    };
    const image = 'harvesterhci.io.virtualmachineimages/default/image-a';
    expect([`${image}?action=upload`, `${image}?link=download`, `${image}/download`].map(takesLong)).toEqual([
      true,
      true,
      true,
    ]);
    expect(takesLong('kubevirt.io.virtualmachines/default/web01?action=start')).toBe(false);
  });

  it('does nothing for who may not', async () => {
    await using lab = await openLab(false);
    const refused = await lab.call('POST', 'kubevirt.io.virtualmachine/default/web01?action=start');
    expect(refused).toEqual({
      status: 403,
      body: expect.stringContaining('User "alice" cannot update resource "virtualmachines/start"'),
    });
    expect((await lab.call('POST', 'harvesterhci.io.virtualmachineimages/default/image-a?action=upload')).status).toBe(
      403,
    );
    expect((await lab.call('GET', 'harvesterhci.io.virtualmachineimages/default/image-a/download')).status).toBe(403);
    expect((await lab.client.get(virtualMachines, { namespace: 'default', name: 'web01' })).spec.runStrategy).toBe(
      'Halted',
    );
  });

  it.each([
    [
      'POST',
      'kubevirt.io.virtualmachines/default/web01?action=migrate',
      501,
      /the action migrate on virtual machines is not supported/,
    ],
    ['POST', 'kubevirt.io.virtualmachines/default/none?action=start', 404, /"none" not found/],
    [
      'POST',
      'harvesterhci.io.virtualmachineimages/default/image-a?action=encrypt',
      501,
      /the action encrypt on images/,
    ],
    [
      'POST',
      'harvesterhci.io.virtualmachineimages/default/image-a?action=upload',
      400,
      /expected a multipart\/form-data body/,
    ],
    ['POST', 'harvesterhci.io.virtualmachineimages/default/image-a?action=upload&size=x', 400, /not a number of bytes/],
    ['GET', 'harvesterhci.io.virtualmachineimages/default/image-a/download', 400, /has not been imported/],
    ['GET', 'kubevirt.io.virtualmachines', 404, /could not find/],
    ['GET', 'a/%zz/b', 404, /could not find/],
  ])('answers %s %s with %i in plain text', async (method, path, status, words) => {
    await using lab = await openLab(true);
    expect(await lab.call(method, path)).toEqual({ status, body: expect.stringMatching(words) });
  });

  it('wants the file of an upload in the field Harvester names', async () => {
    await using lab = await openLab(true);
    const form = '--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--b--\r\n';
    const answer = await lab.call(
      'POST',
      'harvesterhci.io.virtualmachineimages/default/image-a?action=upload',
      form,
      'multipart/form-data; boundary=b',
    );
    expect(answer).toEqual({ status: 400, body: 'the form has no field named chunk or file' });
  });
});
