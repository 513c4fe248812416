import { describe, expect, it } from 'vitest';
import { amountsOf, hardOf, limitInAnnotation, limitOf, readLimit } from './quota.js';

describe('a limit', () => {
  it('names in a ResourceQuota what Rancher calls otherwise', () => {
    const limit = {
      limitsCpu: '2500m',
      limitsMemory: '4Gi',
      requestsStorage: '100Gi',
      servicesNodePorts: '3',
      extended: { 'count/virtualmachines.kubevirt.io': '5' },
    };
    expect(hardOf(amountsOf(limit))).toEqual({
      'limits.cpu': '2500m',
      'limits.memory': '4Gi',
      'requests.storage': '100Gi',
      'services.nodeports': '3',
      'count/virtualmachines.kubevirt.io': '5',
    });
    expect(limitOf(amountsOf(limit))).toEqual(limit);
  });

  it('says nothing by a field that a form left empty', () => {
    expect(readLimit({ pods: '', limitsCpu: '1' })).toMatchObject({
      faults: [],
      amounts: new Map([['limits.cpu', 10n ** 9n]]),
    });
  });

  it.each([
    [{ limitsCpu: 'two' }, 'limitsCpu', /"two" is not a quantity/],
    [{ limitsCpu: '-1' }, 'limitsCpu', /must not be less than 0/],
    [{ pods: '1500m' }, 'pods', /must be a whole number/],
    [{ extended: { 'limits.cpu': '1' } }, 'extended[limits.cpu]', /is limited by "limitsCpu"/],
    [{ extended: { 'Not A Name': '1' } }, 'extended[Not A Name]', /is not a name such as/],
    [
      { extended: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`count/x${at}`, '1'])) },
      'extended',
      /more than 64/,
    ],
  ])('is refused with words: %j', (limit, field, words) => {
    expect(readLimit(limit).faults).toEqual([{ field, message: expect.stringMatching(words) }]);
  });

  it.each(['', 'nonsense', '[]', '{"limit":3}', '{}'])('is not read from an annotation that says %j', (text) => {
    expect(limitInAnnotation(text)).toBeUndefined();
  });

  it('is read from an annotation whatever else that says', () => {
    const text = '{"limit":{"pods":10,"limitsCpu":"1","extended":{"count/jobs.batch":"2"},"odd":{}},"more":1}';
    expect(limitInAnnotation(text)).toEqual({ pods: '10', limitsCpu: '1', extended: { 'count/jobs.batch': '2' } });
  });
});
