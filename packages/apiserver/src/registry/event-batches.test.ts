import { type Change, type Entry, toRevision } from '@drover/store';
import { describe, expect, it } from 'vitest';
import { builtinDefinitions } from '../catalog/builtin.js';
import type { Served } from '../catalog/definition.js';
import { encodeStored } from '../storage/rendering.js';
import { EventBatches } from './event-batches.js';
import { EncodedEvents } from './events.js';
import { FacetIndex } from './facets.js';
import { everything, selection } from './selection.js';

const definition = builtinDefinitions().find(({ group, plural }) => group === '' && plural === 'configmaps');
const version = definition?.versions[0];
if (!definition || !version) throw new Error('configmaps are not served');
const served: Served = { definition, version };
const form = { form: 'object', version: 'v1', media: 'json', pretty: false } as const;

const open = (): EventBatches => new EventBatches(new FacetIndex(), new EncodedEvents(() => 0));
const by = (labels: string) => selection(labels, '', version);

function entry(name: string, revision: number, app = 'web', text = ''): Entry {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { app } }, data: { text } };
  return { key: name, value: encodeStored(object, 'v1'), revision: toRevision(revision), created: toRevision(2) };
}

const put = (now: Entry, previous?: Entry): Change => ({ type: 'put', entry: now, previous });

function told(pieces: readonly Buffer[]): string[] {
  const lines = Buffer.concat(pieces).toString().trimEnd().split('\n');
  return lines.map((line) => {
    const { type, object } = JSON.parse(line) as { type: string; object: { metadata: { name: string } } };
    return `${type} ${object.metadata.name}`;
  });
}

describe('what watchers are told of a commit', () => {
  it('is the same bytes for all who watch by the same selectors in the same form, and for no others', () => {
    const batches = open();
    const changes = [put(entry('a', 3))];
    const first = batches.of(changes, served, by('app=web'), form);
    expect(batches.of(changes, served, by('app=web'), form)).toBe(first);
    expect(batches.of(changes, served, everything, form)).not.toBe(first);
    expect(batches.of(changes, served, by('app=web'), { ...form, form: 'metadata' })).not.toBe(first);
    expect(batches.of([...changes], served, by('app=web'), form)).not.toBe(first);
  });

  it('is in one piece, in order, with the bytes of each event', () => {
    const changes = [put(entry('a', 3)), put(entry('b', 4)), put(entry('a', 5), entry('a', 3))];
    const { pieces, sizes } = open().of(changes, served, everything, form);
    expect(pieces.length).toBe(1);
    expect(told(pieces)).toEqual(['ADDED a', 'ADDED b', 'MODIFIED a']);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(pieces[0]?.length);
  });

  it('comes, goes and stays away as selectors say', () => {
    const changes: Change[] = [
      put(entry('comes', 5, 'web'), entry('comes', 3, 'db')),
      put(entry('leaves', 6, 'db'), entry('leaves', 4, 'web')),
      put(entry('other', 7, 'db')),
      { type: 'delete', key: 'gone', revision: toRevision(8), previous: entry('gone', 2, 'web') },
      { type: 'delete', key: 'other', revision: toRevision(9), previous: entry('other', 7, 'db') },
    ];
    const { pieces } = open().of(changes, served, by('app=web'), form);
    expect(told(pieces)).toEqual(['ADDED comes', 'DELETED leaves', 'DELETED gone']);
  });

  it('is nothing where nothing is selected', () => {
    expect(open().of([put(entry('a', 3))], served, by('app=db'), form)).toEqual({ pieces: [], sizes: [] });
  });

  it('is cut into pieces, so that no write is without end', () => {
    const large = 'x'.repeat(30 * 1024);
    const changes = Array.from({ length: 5 }, (_, index) => put(entry(`n${index}`, index + 3, 'web', large)));
    const { pieces } = open().of(changes, served, everything, form);
    expect(pieces.map((piece) => told([piece]).length)).toEqual([2, 2, 1]);
  });
});
