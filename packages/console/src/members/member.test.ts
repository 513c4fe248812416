import type { Project, RoleTemplate, Stored } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { stored } from '../testing/stored.js';
import { clusterBinding, localUserOf, offeredRoles, projectBinding, subjectOf } from './member.js';

const api = { apiVersion: 'management.cattle.io/v3' } as const;
const project = (status?: Project['status']): Stored<Project> =>
  stored<Project>({
    ...api,
    kind: 'Project',
    metadata: { namespace: 'c-m-1', name: 'p-x' },
    ...(status === undefined ? {} : { status }),
  });
const role = (name: string, part: Partial<RoleTemplate>): Stored<RoleTemplate> =>
  stored<RoleTemplate>({ ...api, kind: 'RoleTemplate', ...part, metadata: { name } });

describe('a binding', () => {
  it.each([
    [{ userName: 'u-a' }, { kind: 'user', id: 'local://u-a' }],
    [{ userPrincipalName: 'github_user://7' }, { kind: 'user', id: 'github_user://7' }],
    [{ groupPrincipalName: 'github_team://9' }, { kind: 'group', id: 'github_team://9' }],
    [{ serviceAccount: 'default:ci' }, { kind: 'account', id: 'default:ci' }],
  ])('%o is about %o', (binding, subject) => {
    expect(subjectOf(binding)).toEqual(subject);
  });

  it('of a user of this server is known by the user’s id, also as a principal', () => {
    expect(localUserOf({ userPrincipalName: 'local://u-a' })).toBe('u-a');
    expect(localUserOf({ userPrincipalName: 'github_user://7' })).toBeUndefined();
    expect(localUserOf({ groupPrincipalName: 'local://g' })).toBeUndefined();
  });

  it('names a user of this server by id, and others by their principal', () => {
    expect(clusterBinding('c-m-1', { kind: 'user', id: 'local://u-a' }, 'cluster-member')).toMatchObject({
      metadata: { namespace: 'c-m-1' },
      clusterName: 'c-m-1',
      userName: 'u-a',
    });
    expect(clusterBinding('c-m-1', { kind: 'group', id: 'github_team://9' }, 'x')).toMatchObject({
      groupPrincipalName: 'github_team://9',
    });
  });

  it('of a project is kept where the project says, which older ones do not', () => {
    const of = (it: Stored<Project>) => projectBinding(it, { kind: 'user', id: 'local://u-a' }, 'read-only');
    expect(of(project({ backingNamespace: 'c-m-1-p-x' })).metadata.namespace).toBe('c-m-1-p-x');
    expect(of(project()).metadata.namespace).toBe('p-x');
    expect(of(project()).projectName).toBe('c-m-1:p-x');
  });
});

describe('roles offered to members', () => {
  it('are those of the place that can be given, the usual ones first', () => {
    const { usual, others } = offeredRoles(
      [
        role('read-only', { context: 'project' }),
        role('project-owner', { context: 'project' }),
        role('mine', { context: 'project' }),
        role('old', { context: 'project', locked: true }),
        role('edit', { context: 'project', hidden: true }),
        role('cluster-owner', { context: 'cluster' }),
      ],
      'project',
    );
    expect([usual, others].map((each) => each.map(({ metadata: { name } }) => name))).toEqual([
      ['project-owner', 'read-only'],
      ['mine'],
    ]);
  });
});
