import { describe, expect, it } from 'vitest';
import type { VersionDefinition } from '../catalog/definition.js';
import { selectedName, selection } from './selection.js';

const version = {
  component: '',
  selectableFields: [{ path: 'status.phase', read: () => '' }],
} as unknown as VersionDefinition;
const facets = { labels: { app: 'web' }, fields: { 'metadata.name': 'a', 'status.phase': 'Running' } };

describe('a selection', () => {
  it('without selectors looks at nothing', () => {
    expect(selection('', '', version).everything).toBe(true);
  });

  it.each([
    ['app=web', '', true],
    ['app=web', 'status.phase=Running', true],
    ['app=web', 'status.phase!=Running', false],
    ['app=db', 'status.phase=Running', false],
    ['', 'metadata.name=a,status.phase=Running', true],
    ['', 'metadata.name=b', false],
  ])('by labels "%s" and fields "%s" is met: %s', (labels, fields, met) => {
    expect(selection(labels, fields, version).matches(facets)).toBe(met);
  });

  it.each([
    [version, 'field label not supported: spec.secret'],
    [{ ...version, component: 'io.k8s.api.batch.v1.Job' }, 'field label "spec.secret" not supported for Job'],
    [
      { ...version, component: 'io.k8s.api.core.v1.ConfigMap', selectableFields: [] },
      '"spec.secret" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
  ])('by a field the kind does not offer is refused by name', (of, why) => {
    expect(() => selection('', 'spec.secret=x', of)).toThrow(why);
  });

  it.each([
    ['metadata.name=a', 'a'],
    ['status.phase=Running,metadata.name=a', 'a'],
    ['metadata.name!=a', undefined],
    ['status.phase=Running', undefined],
    ['', undefined],
  ])('"%s" can only be about the object %s', (fields, name) => {
    expect(selectedName(fields)).toBe(name);
  });

  it('of one name cannot be widened by naming another: rights are asked for the first, and both must match', () => {
    const both = 'metadata.name=allowed,metadata.name=other';
    expect(selectedName(both)).toBe('allowed');
    const { matches } = selection('', both, version);
    expect(matches({ labels: {}, fields: { 'metadata.name': 'other' } })).toBe(false);
  });
});
