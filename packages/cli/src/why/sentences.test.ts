import type { AccessRequest, Why, WhyAnswer, WhyGrant, WhyPlace } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { sentencesOf } from './sentences.js';

const project: WhyPlace = { type: 'project', id: 'c-m-abcd2345:p-one', name: 'Default' };
const request: AccessRequest = {
  verb: 'update',
  group: 'subresources.kubevirt.io',
  resource: 'virtualmachines',
  subresource: 'start',
  namespace: 'default',
  name: 'web',
};
const told = (answer: WhyAnswer): string => {
  const cluster = { id: 'c-m-abcd2345', name: 'lab' };
  const why: Why = { type: 'why', cluster, user: { id: 'u-anna', name: 'Anna' }, answers: [answer] };
  return sentencesOf(why).join('\n');
};
const operate = { kind: 'RoleTemplate', name: 'virt-project-operate', displayName: 'Operate Machines' } as const;

describe('an administrator reads', () => {
  it('by which role and binding here, and by which rule there, something is allowed', () => {
    const grant: Omit<WhyGrant, 'origin'> = {
      binding: { kind: 'RoleBinding', namespace: 'default', name: 'rb-abc' },
      role: { kind: 'ClusterRole', name: 'virt-project-operate-aggregator' },
      rule: { apiGroups: ['subresources.kubevirt.io'], resources: ['virtualmachines/start'], verbs: ['update'] },
      subject: { kind: 'User', name: 'u-anna' },
    };
    const binding = {
      kind: 'ProjectRoleTemplateBinding',
      namespace: 'c-m-abcd2345-p-one',
      name: 'prtb-abcde',
      role: { ...operate, place: project },
    } as const;
    expect(
      told({
        allowed: true,
        request,
        reason: '',
        grants: [
          { ...grant, origin: { type: 'drover', bindings: [binding] } },
          { ...grant, origin: { type: 'outside' } },
        ],
      }),
    ).toBe(`\
Yes: "Anna" may update virtualmachines/start (subresources.kubevirt.io) "web" in the namespace "default" of the cluster "lab".
- By the role "Operate Machines" in the project "Default" (ProjectRoleTemplateBinding c-m-abcd2345-p-one/prtb-abcde):
  RoleBinding default/rb-abc gives User "u-anna" the ClusterRole "virt-project-operate-aggregator",
  whose rule allows "update" on virtualmachines/start.subresources.kubevirt.io.
- By a binding outside Drover: somebody else made it in the cluster.
  RoleBinding default/rb-abc gives User "u-anna" the ClusterRole "virt-project-operate-aggregator",
  whose rule allows "update" on virtualmachines/start.subresources.kubevirt.io.`);
  });

  it('which role would allow what is refused, and who can give it', () => {
    const grantors = [
      { kind: 'user', id: 'u-olga', name: 'Olga' },
      { kind: 'group', id: 'ldap://red', name: 'ldap://red' },
    ] as const;
    expect(
      told({
        allowed: false,
        request: { verb: 'delete', group: '', resource: 'pods' },
        refusal: 'not-a-member',
        names: ['a', 'b'],
        reason: '',
        remedies: [
          { role: { ...operate, place: project }, grantors },
          {
            role: { kind: 'GlobalRole', name: 'admin', displayName: 'Administrator', place: { type: 'server' } },
            grantors: [],
          },
        ],
      }),
    ).toBe(`\
No: "Anna" may not delete pods everywhere of the cluster "lab".
The user is no member of the cluster, nor of any project in it.
It is allowed for these names alone: a, b.
It would be allowed by
- the role "Operate Machines" in the project "Default" (RoleTemplate virt-project-operate): "Olga", the group "ldap://red" can give it.
- the role "Administrator" on this server (GlobalRole admin): nobody here can give it.`);
  });
});
