import type { AccessRequest, WhyAnswer, WhyRemedy } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { Rights, requestKey } from './rights.js';

const START: AccessRequest = {
  verb: 'update',
  group: 'subresources.kubevirt.io',
  resource: 'virtualmachines',
  subresource: 'start',
};
const inDefault = { ...START, namespace: 'default', name: 'web' };
const yes = (request: AccessRequest): WhyAnswer => ({ allowed: true, request, grants: [], reason: '' });
const no = (
  request: AccessRequest,
  more: { readonly names?: readonly string[]; readonly remedies?: readonly WhyRemedy[] } = {},
): WhyAnswer => ({ allowed: false, request, names: [], remedies: [], reason: '', ...more });
const known = (...answers: WhyAnswer[]): Rights =>
  new Rights(new Map(answers.map((answer) => [requestKey(answer.request), answer])));
const operate: WhyRemedy = {
  role: {
    kind: 'RoleTemplate',
    name: 'virt-project-operate',
    displayName: 'Operate Machines',
    place: { type: 'project', id: 'c-m-abcd2345:p-one', name: 'Default' },
  },
  grantors: [
    { kind: 'user', id: 'u-olga', name: 'Olga' },
    { kind: 'user', id: 'user-admin', name: 'Admin' },
  ],
};

describe('what the signed-in user may do', () => {
  it('is not offered before it is known', () => {
    expect(new Rights().offer([inDefault])).toEqual({ key: 'rights.asking' });
    expect(known(no(START)).offer([inDefault])).toEqual({ key: 'rights.asking' });
  });

  it('everywhere, it may in each namespace', () => {
    expect(known(yes(START)).offer([inDefault])).toBe('yes');
  });

  it('in a namespace, it may there and nowhere else', () => {
    const rights = known(no(START), yes({ ...START, namespace: 'default' }), no({ ...START, namespace: 'other' }));
    expect(rights.offer([inDefault])).toBe('yes');
    expect(rights.offer([{ ...inDefault, namespace: 'other' }])).toEqual({ key: 'rights.refused' });
  });

  it('with single objects alone, it may with those', () => {
    const rights = known(no(START), no({ ...START, namespace: 'default' }, { names: ['web'] }));
    expect(rights.offer([inDefault])).toBe('yes');
    expect(rights.offer([{ ...inDefault, name: 'db' }])).toEqual({ key: 'rights.refused' });
  });

  it('about an object itself, says more than about all of its kind, where somebody has asked that', () => {
    const here = { ...START, namespace: 'default' };
    const rights = known(no(START), no(here), no({ ...here, name: 'web' }, { remedies: [operate] }));
    expect(rights.offer([inDefault])).toMatchObject({ key: 'rights.needed.project' });
    expect(rights.offer([{ ...inDefault, name: 'db' }])).toEqual({ key: 'rights.refused' });
  });

  it('takes every right it needs', () => {
    const stop = { ...START, subresource: 'stop' };
    expect(known(yes(START), yes(stop)).offer([inDefault, { ...inDefault, subresource: 'stop' }])).toBe('yes');
    expect(
      known(yes(START), no(stop), no({ ...stop, namespace: 'default' })).offer([
        inDefault,
        { ...inDefault, subresource: 'stop' },
      ]),
    ).toEqual({
      key: 'rights.refused',
    });
  });

  it('is refused with the role that is missing, and who can give it', () => {
    const rights = known(no(START), no({ ...START, namespace: 'default' }, { remedies: [operate] }));
    expect(rights.offer([inDefault])).toEqual({
      key: 'rights.needed.project',
      values: { role: 'Operate Machines', place: 'Default', people: 'Olga, Admin' },
    });
  });

  it('in any of several namespaces, it may when one of them lets it', () => {
    const rights = known(
      no(START),
      no({ ...START, namespace: 'a' }, { remedies: [operate] }),
      yes({ ...START, namespace: 'b' }),
    );
    expect(rights.offerInAny(START, ['a', 'b'])).toBe('yes');
    expect(rights.offerInAny(START, ['a'])).toMatchObject({ key: 'rights.needed.project' });
    expect(rights.offerInAny(START, ['a', 'c'])).toEqual({ key: 'rights.asking' });
    expect(rights.offerInAny(START, [])).toEqual({ key: 'rights.refused' });
  });
});
