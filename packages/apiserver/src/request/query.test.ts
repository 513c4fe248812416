import { describe, expect, it } from 'vitest';
import { flag, listOptions, writeOptions } from './query.js';

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

  it('take a limit of 0 for no limit, and an empty token for none', () => {
    expect(listOptions(query('limit=0&continue=&resourceVersion='))).toMatchObject({
      limit: undefined,
      continueToken: undefined,
      resourceVersion: undefined,
    });
  });

  it.each([
    ['limit=-1', 'limit: "-1" is not a whole number'],
    ['limit=1e3', 'limit: "1e3" is not a whole number'],
    ['timeoutSeconds=x', 'timeoutSeconds: "x"'],
    ['resourceVersion=abc', 'resourceVersion: Invalid value: "abc"'],
    ['resourceVersionMatch=Newest', 'Unsupported value: "Newest"'],
    ['resourceVersionMatch=Exact', 'forbidden unless resourceVersion is provided'],
    ['resourceVersionMatch=Exact&resourceVersion=0', 'is forbidden for resourceVersion "0"'],
    ['resourceVersionMatch=NotOlderThan&resourceVersion=5&continue=x', 'forbidden when continue is provided'],
    ['watch=1&resourceVersionMatch=NotOlderThan&resourceVersion=5', 'forbidden for watch unless sendInitialEvents'],
    ['sendInitialEvents=true', 'sendInitialEvents is forbidden for list'],
    ['watch=1&sendInitialEvents=true', 'requires setting resourceVersionMatch to NotOlderThan'],
  ])('refuse %s', (text, why) => {
    expect(() => listOptions(query(text))).toThrow(why);
  });

  it.each([
    ['watch', true],
    ['watch=', true],
    ['watch=true', true],
    ['watch=1', true],
    ['watch=false', false],
    ['watch=0', false],
    ['', false],
  ])('read "%s" as %s', (text, expected) => {
    expect(flag(query(text), 'watch')).toBe(expected);
  });
});

describe('the parameters of a write', () => {
  it('warn of unknown fields unless told otherwise', () => {
    expect(writeOptions(query(''))).toEqual({
      dryRun: false,
      fieldManager: undefined,
      fieldValidation: 'Warn',
      force: false,
    });
  });

  it.each([
    ['dryRun=true', 'dryRun: Unsupported value'],
    ['fieldValidation=Loud', 'fieldValidation: Unsupported value: "Loud"'],
    [`fieldManager=${'x'.repeat(129)}`, 'fieldManager: Too long'],
  ])('refuse %s', (text, why) => {
    expect(() => writeOptions(query(text))).toThrow(why);
  });
});
