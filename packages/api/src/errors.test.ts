import { describe, expect, it } from 'vitest';
import {
  type ApiError,
  alreadyExists,
  conflict,
  forbidden,
  fromStatus,
  hasReason,
  invalid,
  notFound,
  toStatus,
  unavailable,
} from './errors.js';

const machines = { group: 'kubevirt.io', plural: 'virtualmachines', kind: 'VirtualMachine' };
const pods = { group: '', plural: 'pods', kind: 'Pod' };

describe('a refusal', () => {
  it.each<[ApiError, number, string]>([
    [notFound(pods, 'a'), 404, 'pods "a" not found'],
    [notFound(machines, 'a'), 404, 'virtualmachines.kubevirt.io "a" not found'],
    [alreadyExists(pods, 'a'), 409, 'pods "a" already exists'],
    [conflict(pods, 'a', 'it moved'), 409, 'Operation cannot be fulfilled on pods "a": it moved'],
    [forbidden(pods, '', 'no'), 403, 'pods is forbidden: no'],
    [forbidden(pods, 'a', 'no'), 403, 'pods "a" is forbidden: no'],
    [unavailable('not yet'), 503, 'not yet'],
    [
      invalid(pods, 'a', [{ field: 'spec.x', message: 'Required value' }]),
      422,
      'Pod "a" is invalid: spec.x: Required value',
    ],
    [
      invalid(machines, 'a', [
        { field: 'spec.x', message: 'Required value' },
        { field: 'spec.y', message: 'Required value' },
      ]),
      422,
      'VirtualMachine.kubevirt.io "a" is invalid: [spec.x: Required value, spec.y: Required value]',
    ],
  ])('is worded as Kubernetes words it: $message', (error, code, message) => {
    expect(error.code).toBe(code);
    expect(error.message).toBe(message);
    expect(error.status()).toMatchObject({ kind: 'Status', status: 'Failure', code, message });
  });

  it('is read back from its document', () => {
    const sent = notFound(machines, 'a');
    const read = fromStatus(404, JSON.parse(JSON.stringify(sent.status())));
    expect(read).toMatchObject({ reason: 'NotFound', code: 404, message: sent.message, details: sent.details });
  });

  it.each<[number, unknown, string, string]>([
    [502, 'Bad gateway\n', 'Unknown', 'Bad gateway'],
    [409, undefined, 'Conflict', 'the server answered 409'],
    [418, { teapot: true }, 'Unknown', 'the server answered 418'],
    [422, { type: 'error', code: 'InvalidBodyContent', message: 'too short' }, 'Invalid', 'too short'],
    [401, { type: 'error', code: 'Unauthorized', message: '' }, 'Unauthorized', 'Unauthorized'],
  ])('is made of an answer that says less: %s', (code, body, reason, message) => {
    expect(fromStatus(code, body)).toMatchObject({ reason, code, message });
  });

  it('never tells the words of a bug', () => {
    expect(toStatus(new Error('password=secret')).message).not.toContain('secret');
    expect(toStatus(notFound(pods, 'a')).code).toBe(404);
  });

  it('is known by its reason', () => {
    expect(hasReason(notFound(pods, 'a'), 'NotFound')).toBe(true);
    expect(hasReason(new Error('NotFound'), 'NotFound')).toBe(false);
  });
});
