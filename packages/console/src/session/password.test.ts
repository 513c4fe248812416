import { describe, expect, it } from 'vitest';
import { passwordFaults } from './password.js';

const faults = (next: string, again = next) =>
  passwordFaults({ username: 'administrator', current: 'the first password', next, again });

describe('passwordFaults', () => {
  it('counts characters, not bytes', () => {
    expect(faults('ääääääääääää')).toEqual({});
    expect(faults('äääääääääää').next).toEqual({ key: 'password.fault.short', values: { least: 12 } });
  });

  it('refuses the name, the old password, and a slip of the finger', () => {
    expect(faults('administrator').next).toEqual({ key: 'password.fault.username' });
    expect(faults('the first password').next).toEqual({ key: 'password.fault.same' });
    expect(faults('a good password', 'a god password').again).toEqual({ key: 'password.fault.differ' });
  });
});
