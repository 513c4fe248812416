import { describe, expect, it } from 'vitest';
import { type WriteKind, writeOptions } from './write-options.js';

const query = (text: string): URLSearchParams => new URLSearchParams(text);

describe('the parameters of a write', () => {
  it('warn of unknown fields unless told otherwise', () => {
    expect(writeOptions(query(''), 'create')).toEqual({
      dryRun: false,
      fieldManager: undefined,
      fieldValidation: 'Warn',
      force: false,
    });
  });

  it.each<[WriteKind, string, string]>([
    [
      'create',
      'dryRun=true',
      'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{"true"}: supported values: "All"',
    ],
    [
      'update',
      'dryRun=',
      'UpdateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{""}: supported values: "All"',
    ],
    [
      'patch',
      'fieldValidation=Loud',
      'fieldValidation: Unsupported value: "Loud": supported values: "", "Ignore", "Strict", "Warn"',
    ],
    [
      'patch',
      'force=true',
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    ],
    ['apply', '', 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'],
    ['apply', `fieldManager=${'x'.repeat(129)}`, 'fieldManager: Too long: may not be more than 128 bytes'],
    ['create', 'fieldManager=a%0Ab', 'fieldManager: Invalid value: "a\\nb": invalid character U+000A (at position 1)'],
  ])('of a %s refuse %s', (kind, text, why) => {
    expect(() => writeOptions(query(text), kind)).toThrow(why);
  });

  it('tell of a manager that is too long nothing else, and do not repeat it', () => {
    expect(() => writeOptions(query(`fieldManager=${'%00'.repeat(10_000)}`), 'create')).toThrow(
      /^CreateOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes$/,
    );
  });

  it('take a manager of 128 bytes of any letters', () => {
    expect(writeOptions(query(`fieldManager=${'é'.repeat(64)}`), 'apply').fieldManager).toHaveLength(64);
  });
});
