import { describe, expect, it } from 'vitest';
import { listOptions } from './query.js';

const query = (text: string): URLSearchParams => new URLSearchParams(text);

describe('the parameters of a list or watch', () => {
  it('are all optional', () => {
    expect(listOptions(query(''))).toEqual({
      labelSelector: '',
      fieldSelector: '',
      watch: false,
      allowWatchBookmarks: false,
      sendInitialEvents: false,
      resourceVersion: undefined,
      resourceVersionMatch: undefined,
      timeoutSeconds: undefined,
      limit: undefined,
      continueToken: undefined,
    });
  });

  it.each(['0', '-1'])('take a limit of %s for no limit, and an empty token for none', (limit) => {
    expect(listOptions(query(`limit=${limit}&continue=&resourceVersion=`))).toMatchObject({
      limit: undefined,
      continueToken: undefined,
      resourceVersion: undefined,
    });
  });

  it.each([
    ['limit=1e3', 'strconv.ParseInt: parsing "1e3": invalid syntax'],
    ['limit=', 'strconv.ParseInt: parsing "": invalid syntax'],
    ['limit=9223372036854775808', 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
    ['timeoutSeconds=x', 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['resourceVersion=abc', 'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax'],
    [
      'resourceVersionMatch=Newest&resourceVersion=1',
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "Newest": supported values: "Exact", "NotOlderThan", ""',
    ],
    ['resourceVersionMatch=Exact', 'forbidden unless resourceVersion is provided'],
    ['resourceVersionMatch=Exact&resourceVersion=0', 'is forbidden for resourceVersion "0"'],
    ['resourceVersionMatch=NotOlderThan&resourceVersion=5&continue=x', 'forbidden when continue is provided'],
    ['watch=1&resourceVersionMatch=NotOlderThan&resourceVersion=5', 'forbidden for watch unless sendInitialEvents'],
    ['sendInitialEvents=true', 'sendInitialEvents is forbidden for list'],
    ['watch=1&sendInitialEvents=true', 'requires setting resourceVersionMatch to NotOlderThan'],
    [
      'watch=1&sendInitialEvents=true&resourceVersionMatch=Exact',
      '[resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"]',
    ],
  ])('refuse %s', (text, why) => {
    expect(() => listOptions(query(text))).toThrow(why);
  });
});
