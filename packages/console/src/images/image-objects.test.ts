import { describe, expect, it } from 'vitest';
import { type ImageForm, imageFaults, imageObject, nameFromSource } from './image-objects.js';

const form: ImageForm = {
  name: 'debian-12',
  namespace: 'default',
  description: '',
  source: 'download',
  url: 'https://example.org/debian-12.qcow2',
  checksum: '',
  os: 'debian',
};

describe('imageObject', () => {
  it('is labelled with its system and type', () => {
    expect(imageObject(form, '')).toMatchObject({
      metadata: { labels: { 'harvesterhci.io/os-type': 'debian', 'harvesterhci.io/image-type': 'qcow2' } },
      spec: { displayName: 'debian-12', sourceType: 'download', url: form.url },
    });
  });

  it('has no URL when it is uploaded', () => {
    expect(imageObject({ ...form, source: 'upload' }, 'disk.ISO')).toMatchObject({
      metadata: { labels: { 'harvesterhci.io/image-type': 'iso' } },
      spec: { sourceType: 'upload', url: '' },
    });
  });
});

describe('imageFaults', () => {
  it('finds nothing wrong with a good form', () => {
    expect(imageFaults(form, undefined)).toEqual({});
  });

  it.each([
    [{ ...form, name: 'a name' }, 'name'],
    [{ ...form, url: 'ftp://example.org/x' }, 'url'],
    [{ ...form, checksum: 'abc' }, 'checksum'],
    [{ ...form, source: 'upload' as const }, 'file'],
  ])('%#: %s', (wrong, field) => {
    expect(Object.keys(imageFaults(wrong, undefined))).toEqual([field]);
  });
});

describe('nameFromSource', () => {
  it('is the file name, fit for a label', () => {
    expect(nameFromSource('https://example.org/a/noble server.img?x=1')).toBe('noble-server.img');
  });
});
