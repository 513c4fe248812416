import { forbiddenField, invalidValue, notSupported, required, type StatusCause, tooLong } from '@drover/api';
import type { FieldValidation } from '../registry/core.js';
import { flag, refuseOptions } from './options.js';

/** Bytes of a manager's name (meta/v1 FieldManagerMaxLength). */
const MANAGER_BYTES = 128;

/** Parameters of every write. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string | undefined;
  readonly fieldValidation: FieldValidation;
  readonly force: boolean;
}

/** What a write is: the options of a server-side apply have rules of their own. */
export type WriteKind = 'create' | 'update' | 'patch' | 'apply';

const OPTIONS: Readonly<Record<WriteKind, string>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  apply: 'PatchOptions',
};

/** How a write is done that says nothing about it. */
const UNSAID: WriteOptions = { dryRun: false, fieldManager: undefined, fieldValidation: 'Warn', force: false };

/** The kind of a write's options in meta.k8s.io. */
export const optionsKind = (kind: WriteKind): string => OPTIONS[kind];

/**
 * Reads the parameters of a create, update or patch.
 *
 * @throws ApiError Invalid with each parameter that is wrong.
 */
export function writeOptions(query: URLSearchParams, kind: WriteKind): WriteOptions {
  if (query.size === 0 && kind !== 'apply') return UNSAID;
  const fieldManager = query.get('fieldManager') ?? '';
  const validation = query.get('fieldValidation') ?? '';
  refuseOptions(OPTIONS[kind], [
    ...kindCauses(query, kind, fieldManager),
    ...managerCauses(fieldManager, 'fieldManager'),
    ...dryRunCauses(query.getAll('dryRun')),
    ...(isFieldValidation(validation) || validation === ''
      ? []
      : [notSupported('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn'])]),
  ]);
  return {
    dryRun: query.has('dryRun'),
    fieldManager: fieldManager === '' ? undefined : fieldManager,
    fieldValidation: isFieldValidation(validation) ? validation : 'Warn',
    force: flag(query, 'force'),
  };
}

function kindCauses(query: URLSearchParams, kind: WriteKind, fieldManager: string): StatusCause[] {
  if (kind === 'apply') return fieldManager === '' ? [required('fieldManager', 'is required for apply patch')] : [];
  return kind === 'patch' && query.has('force')
    ? [forbiddenField('force', 'may not be specified for non-apply patch')]
    : [];
}

/** What is wrong with the values of `dryRun`. */
export function dryRunCauses(values: readonly string[]): StatusCause[] {
  if (values.every((value) => value === 'All')) return [];
  const printed = `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}`;
  return [
    {
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${printed}: supported values: "All"`,
      field: 'dryRun',
    },
  ];
}

/** What is wrong with a manager's name: it is printed where people read. */
export function managerCauses(manager: string, field: string): StatusCause[] {
  // Each wrong character is told with the whole name: of a name without bound that would be without bound twice.
  if (Buffer.byteLength(manager) > MANAGER_BYTES) return [tooLong(field, MANAGER_BYTES)];
  const causes: StatusCause[] = [];
  let position = 0;
  for (const character of manager) {
    if (!isPrintable(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      causes.push(invalidValue(field, manager, `invalid character U+${code} (at position ${position})`));
    }
    position += Buffer.byteLength(character);
  }
  return causes;
}

/** Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the plain space. */
const isPrintable = (character: string): boolean =>
  character === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character);

const isFieldValidation = (text: string): text is FieldValidation =>
  text === 'Strict' || text === 'Warn' || text === 'Ignore';
