import { ageColumn, type Column, nameColumn } from './column.js';

/** The columns of a built-in kind's tables; kinds without columns of their own show name and age. */
export function builtinTable(_key: string): readonly Column[] {
  return [nameColumn, ageColumn];
}
