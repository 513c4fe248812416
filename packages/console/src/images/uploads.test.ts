import { describe, expect, it } from 'vitest';
import { type Sender, Uploads } from './uploads.js';

class Wire implements Sender {
  asked: Parameters<Sender['send']>[0] | undefined;
  aborted = false;
  send(request: Parameters<Sender['send']>[0]) {
    this.asked = request;
    return {
      abort: () => {
        this.aborted = true;
      },
    };
  }
}
const target = { cluster: 'c-m-1', namespace: 'default', name: 'image-abcde', displayName: 'debian' };
const begin = () => {
  const wire = new Wire();
  const uploads = new Uploads(wire, () => 'token');
  return { wire, uploads, ended: uploads.start(target, new File(['12345'], 'a.qcow2')) };
};

describe('Uploads', () => {
  it("uses Harvester's own URL, with the size twice and the CSRF token", () => {
    const { wire } = begin();
    expect(wire.asked?.url).toBe(
      '/k8s/clusters/c-m-1/v1/harvester/harvesterhci.io.virtualmachineimages/default/image-abcde?action=upload&size=5',
    );
    expect(wire.asked?.headers).toEqual({ 'File-Size': '5', 'X-API-CSRF': 'token' });
    expect(wire.asked?.body.get('chunk')).toBeInstanceOf(File);
  });

  it('shows how much has left', () => {
    const { wire, uploads } = begin();
    wire.asked?.onProgress(3);
    expect(uploads.snapshot()).toMatchObject([{ sent: 3, size: 5, state: 'running' }]);
  });

  it('keeps why it failed', async () => {
    const { wire, uploads, ended } = begin();
    wire.asked?.onDone(422, JSON.stringify({ kind: 'Status', code: 422, message: 'has a backing file' }));
    expect(await ended).toBe('failed');
    expect(uploads.snapshot()[0]?.error).toMatchObject({ message: 'has a backing file' });
  });

  it('can be cancelled', async () => {
    const { wire, uploads, ended } = begin();
    uploads.cancel('c-m-1/default/image-abcde');
    expect([await ended, wire.aborted, uploads.busy]).toEqual(['cancelled', true, false]);
  });
});
