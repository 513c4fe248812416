import { ApiError } from '../errors.js';
import type { StatusCause } from '../object.js';
import { FieldSet } from './field-set.js';
import type { Manager } from './managers.js';

/** Fields that somebody else manages and that would be changed. */
export interface FieldConflict {
  readonly with: Manager;
  readonly fields: FieldSet;
}

/** Thrown where an apply would change fields of other managers and is not forced to. */
export class FieldConflicts extends Error {
  override readonly name = 'FieldConflicts';

  constructor(readonly conflicts: readonly FieldConflict[]) {
    super('fields of other managers would change');
  }

  /** All fields that would change, whoever manages them. */
  get fields(): FieldSet {
    return this.conflicts.reduce((all, { fields }) => all.union(fields), FieldSet.EMPTY);
  }

  /** The conflicts about other fields than these. */
  except(fields: FieldSet): FieldConflicts {
    const left = this.conflicts.map((conflict) => ({ ...conflict, fields: conflict.fields.difference(fields) }));
    return new FieldConflicts(left.filter((conflict) => !conflict.fields.isEmpty));
  }

  /** 409: each field is named with its manager. */
  refusal(): ApiError {
    return applyConflict(this.conflicts);
  }
}

function applyConflict(conflicts: readonly FieldConflict[]): ApiError {
  const told = conflicts
    .map(({ with: manager, fields }) => ({ manager: printManager(manager), paths: [...fields.paths()] }))
    .sort((a, b) => (a.manager < b.manager ? -1 : 1));
  const causes = told.flatMap(({ manager, paths }) =>
    paths.map((field): StatusCause => ({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field })),
  );
  const [first] = told;
  const message =
    causes.length === 1
      ? `Apply failed with 1 conflict: conflict with ${first?.manager}: ${first?.paths[0]}`
      : `Apply failed with ${causes.length} conflicts: ${told
          .map(({ manager, paths }) => [`conflicts with ${manager}:`, ...paths.map((path) => `- ${path}`)].join('\n'))
          .join('\n')}`;
  return new ApiError('Conflict', message, { causes });
}

function printManager({ manager, operation, apiVersion, subresource }: Manager): string {
  const name = JSON.stringify(manager);
  const where = subresource === '' ? name : `${name} with subresource ${JSON.stringify(subresource)}`;
  return operation === 'Update' ? `${where} using ${apiVersion}` : where;
}
