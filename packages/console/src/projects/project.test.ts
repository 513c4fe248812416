import type { Namespace, Project, Stored } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { stored } from '../testing/stored.js';
import { NO_PROJECT, namespaceFaults, namespaceObject, namespacesOf, placement, projectsOf } from './project.js';

const project = (namespace: string, name: string, displayName: string, labels = {}): Stored<Project> =>
  stored<Project>({
    apiVersion: 'management.cattle.io/v3',
    kind: 'Project',
    metadata: { namespace, name, labels },
    spec: { clusterName: namespace, displayName },
  });
const namespace = (name: string, annotations: Record<string, string>): Stored<Namespace> =>
  stored<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } });

const projects = projectsOf('c-m-1', [
  project('c-m-1', 'p-s', 'A System', { 'authz.management.cattle.io/system-project': 'true' }),
  project('c-m-1', 'p-z', 'Zoo'),
  project('c-m-1', 'p-d', 'Default'),
  project('local', 'p-l', 'Other'),
]);

describe('projects of a cluster', () => {
  it('stand by name, that of its own namespaces last', () => {
    expect(projects.map(({ name }) => name)).toEqual(['Default', 'Zoo', 'A System']);
  });
});

describe('namespaces of a cluster', () => {
  it.each([
    ['c-m-1:p-d', 'p-d'],
    ['c-m-1:p-gone', NO_PROJECT],
    ['local:p-d', NO_PROJECT],
    ['p-d', NO_PROJECT],
  ])('that say %s are in the project "%s"', (projectId, of) => {
    const [row] = namespacesOf('c-m-1', [namespace('n', { 'field.cattle.io/projectId': projectId })], projects);
    expect(row?.project).toBe(of);
  });

  it('go with their project when somebody made them through a manager', () => {
    const rows = namespacesOf(
      'c-m-1',
      [namespace('a', { 'field.cattle.io/creatorId': 'u-a' }), namespace('b', {})],
      [],
    );
    expect(rows.map(({ goesWithProject }) => goesWithProject)).toEqual([true, false]);
  });
});

describe('the place of a namespace', () => {
  it('is said by annotation and label, which an empty project takes away', () => {
    const key = 'field.cattle.io/projectId';
    expect(placement('c-m-1', 'p-d')).toEqual({
      metadata: { annotations: { [key]: 'c-m-1:p-d' }, labels: { [key]: 'p-d' } },
    });
    expect(placement('c-m-1', NO_PROJECT)).toEqual({
      metadata: { annotations: { [key]: null }, labels: { [key]: null } },
    });
  });

  it('is in a new one from the start, with who made it', () => {
    const form = { name: 'blue', project: 'p-d', description: '' };
    expect(namespaceObject('c-m-1', form, 'u-a').metadata).toEqual({
      name: 'blue',
      annotations: { 'field.cattle.io/creatorId': 'u-a', 'field.cattle.io/projectId': 'c-m-1:p-d' },
      labels: { 'field.cattle.io/projectId': 'p-d' },
    });
    expect(namespaceFaults({ ...form, name: 'Blue' }).name).toBeDefined();
  });
});
