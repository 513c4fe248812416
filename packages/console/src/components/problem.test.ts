import { conflict, forbidden } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { Unreachable } from '../api/http.js';
import { problemOf } from './problem.js';

const vms = { group: 'kubevirt.io', plural: 'virtualmachines' };

describe('problemOf', () => {
  it("keeps the server's words and adds what to do", () => {
    expect(problemOf(forbidden(vms, 'web', 'user "u" cannot delete'))).toMatchObject({
      reason: 'virtualmachines.kubevirt.io "web" is forbidden: user "u" cannot delete',
      advice: { key: 'problem.advice.forbidden' },
      code: 'Forbidden (403)',
    });
    expect(problemOf(conflict(vms, 'web', 'VM is already running')).advice).toEqual({ key: 'problem.advice.conflict' });
  });

  it('says when the server did not answer', () => {
    expect(problemOf(new Unreachable('no answer')).reason).toEqual({ key: 'problem.unreachable' });
  });

  it('shows anything else as it is', () => {
    expect(problemOf('odd').reason).toBe('odd');
  });
});
