import { describe, expect, it } from 'vitest';
import { CLUSTER, project } from '../testing/bindings.js';
import { backingNamespace } from './backing-namespace.js';

describe('the members of a project', () => {
  it('are kept in a namespace named after cluster and project', () => {
    const { status: _, ...fresh } = project('p-one');
    expect(backingNamespace(fresh)).toBe(`${CLUSTER}-p-one`);
  });

  it('of an earlier Rancher are kept in one named like the project', () => {
    expect(backingNamespace({ ...project('p-abcde'), status: { backingNamespace: 'p-abcde' } })).toBe('p-abcde');
  });

  it.each([
    ['p-abcde', 'cattle-system'],
    ['p-abcde', `${CLUSTER}-p-other`],
    ['cattle-system', 'cattle-system'],
  ])('of %s are not kept in %s, whatever the status says', (name, named) => {
    expect(backingNamespace({ ...project(name), status: { backingNamespace: named } })).toBe(`${CLUSTER}-${name}`);
  });
});
