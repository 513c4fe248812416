import { describe, expect, it } from 'vitest';
import { deleteOptions } from './delete-options.js';

const query = (text = ''): URLSearchParams => new URLSearchParams(text);

describe('the options of a delete', () => {
  it('are those of the body, or else of the query', () => {
    const body = {
      kind: 'DeleteOptions',
      gracePeriodSeconds: 5,
      propagationPolicy: 'Orphan',
      preconditions: { uid: 'u' },
    };
    expect(deleteOptions(body, query('gracePeriodSeconds=9')).options).toEqual({
      gracePeriodSeconds: 5,
      propagationPolicy: 'Orphan',
      preconditions: { uid: 'u', resourceVersion: undefined },
    });
    expect(deleteOptions(undefined, query('gracePeriodSeconds=9&propagationPolicy=Foreground')).options).toMatchObject({
      gracePeriodSeconds: 9,
      propagationPolicy: 'Foreground',
    });
  });

  it.each([
    [{ orphanDependents: true }, 'Orphan', false],
    [{ orphanDependents: false }, 'Background', true],
    [{}, undefined, false],
  ])('know the old way to say what becomes of dependents: %j', (body, propagationPolicy, accepted) => {
    expect(deleteOptions(body, query())).toMatchObject({ options: { propagationPolicy }, accepted });
  });

  it('take a negative period for a second', () => {
    expect(deleteOptions({ gracePeriodSeconds: -3 }, query()).options.gracePeriodSeconds).toBe(1);
  });

  it('make a dry run of what says so anywhere', () => {
    expect(deleteOptions({ dryRun: ['All'] }, query()).dryRun).toBe(true);
    expect(deleteOptions({}, query('dryRun=All')).dryRun).toBe(true);
  });

  it.each<[object, string]>([
    [
      { propagationPolicy: 'Foo' },
      'propagationPolicy: Unsupported value: "Foo": supported values: "Foreground", "Background", "Orphan", "nil"',
    ],
    [
      { propagationPolicy: 'Orphan', orphanDependents: true },
      'orphanDependents and deletionPropagation cannot be both set',
    ],
    [{ dryRun: ['Some'] }, 'DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{"Some"}'],
    [
      { gracePeriodSeconds: '5' },
      'cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64',
    ],
    [{ kind: 'Pod' }, 'the body is Pod, not DeleteOptions'],
  ])('are refused: %j', (body, why) => {
    expect(() => deleteOptions(body, query())).toThrow(why);
  });
});
