import { describe, expect, it } from 'vitest';
import { passage } from './impersonation.js';

const user = { 'impersonate-user': 'u-abc12' };

describe('what passes through the second tunnel', () => {
  it('keeps the identity, and drops whatever else could be one', () => {
    expect(
      passage({
        ...user,
        'impersonate-group': 'github_team://1, system:authenticated, system:cattle:authenticated',
        'impersonate-extra-username': 'jane',
        authorization: 'Bearer forged',
        cookie: 'R_SESS=forged',
        host: 'elsewhere',
        accept: 'application/json',
      }),
    ).toEqual({
      headers: {
        ...user,
        'impersonate-group': ['github_team://1', 'system:authenticated', 'system:cattle:authenticated'],
        'impersonate-extra-username': 'jane',
        accept: 'application/json',
      },
    });
  });

  it('drops what Connection names, but no identity', () => {
    const passed = passage({ ...user, 'impersonate-group': 'a', connection: 'X-Hop, Impersonate-Group', 'x-hop': '1' });
    expect(passed).toEqual({ headers: { ...user, 'impersonate-group': ['a'] } });
  });

  it.each([
    [{}, 401],
    [{ 'impersonate-user': '' }, 401],
    [{ 'impersonate-group': 'a' }, 401],
    [{ 'impersonate-user': 'system:admin' }, 403],
    [{ 'impersonate-user': 'system:serviceaccount:kube-system:clusterrole-aggregation-controller' }, 403],
    [{ ...user, 'impersonate-group': 'system:masters' }, 403],
    [{ ...user, 'impersonate-group': 'a,system:masters' }, 403],
    [{ ...user, 'impersonate-group': 'a, system:nodes' }, 403],
  ])('refuses %o with %i', (headers, status) => {
    expect(passage(headers)).toMatchObject({ refused: status });
  });
});
