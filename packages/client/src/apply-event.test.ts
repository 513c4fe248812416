import type { ObjectList, Stored } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { applyEvent } from './apply-event.js';
import type { Widget } from './testing/conformance.js';

const widget = (name: string, resourceVersion: string): Stored<Widget> => ({
  apiVersion: 'conformance.drover.io/v1',
  kind: 'Widget',
  metadata: { name, resourceVersion, uid: name, creationTimestamp: '2026-01-01T00:00:00Z' },
});

const list = (...items: Stored<Widget>[]): ObjectList<Widget> => ({
  apiVersion: 'conformance.drover.io/v1',
  kind: 'WidgetList',
  metadata: { resourceVersion: '10' },
  items,
});

const names = ({ items }: ObjectList<Widget>): string[] =>
  items.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`);

describe('a list', () => {
  it('follows additions, changes and deletions, and keeps its order', () => {
    let now = list(widget('a', '1'), widget('b', '2'));
    now = applyEvent(now, { type: 'MODIFIED', object: widget('a', '11') });
    now = applyEvent(now, { type: 'ADDED', object: widget('c', '12') });
    now = applyEvent(now, { type: 'DELETED', object: widget('b', '13') });
    expect([names(now), now.metadata.resourceVersion]).toEqual([['a@11', 'c@12'], '13']);
  });

  it('takes a bookmark for its new revision', () => {
    const now = applyEvent(list(), { type: 'BOOKMARK', object: { metadata: { resourceVersion: '99' } } });
    expect(now.metadata.resourceVersion).toBe('99');
  });

  it('stays as it is for an event that it already holds, and is never changed in place', () => {
    const before = list(widget('a', '9'));
    expect(applyEvent(before, { type: 'MODIFIED', object: widget('a', '8') })).toBe(before);
    applyEvent(before, { type: 'DELETED', object: widget('a', '11') });
    expect(names(before)).toEqual(['a@9']);
  });
});
