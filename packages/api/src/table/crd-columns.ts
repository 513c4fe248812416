import type { CustomResourceColumnDefinition } from '../generated/types/apiextensions-v1.js';
import type { Json, KubeObject } from '../object.js';
import { formatAge } from './age.js';
import { AGE, type Column, NAME } from './column.js';
import { compileJsonPath } from './json-path.js';

/**
 * The columns of a custom kind: its name, then what the definition's `additionalPrinterColumns` say, or its age where they
 * say nothing.
 *
 * @throws JsonPathError for a path that is not understood; definitions with such paths are refused before.
 */
export function crdColumns(columns: readonly CustomResourceColumnDefinition[] | undefined): Column[] {
  if (columns === undefined || columns.length === 0) return [NAME, SINCE];
  return [NAME, ...columns.map(crdColumn)];
}

/** A custom kind's age has the type of a date, a built-in one's that of a text. */
const SINCE: Column = { ...AGE, definition: { ...AGE.definition, type: 'date' } };

function crdColumn({
  name,
  type,
  format = '',
  description,
  priority = 0,
  jsonPath,
}: CustomResourceColumnDefinition): Column {
  const path = compileJsonPath(jsonPath);
  return {
    definition: {
      name,
      type,
      format,
      description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
      priority,
    },
    cell(object: KubeObject, now: number): Json {
      const [value] = path(object);
      return value === undefined ? null : cellOf(value, type, now);
    },
  };
}

/** A value of another type than the column's has no cell, as in Kubernetes. */
function cellOf(value: Json, type: string, now: number): Json {
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? formatAge(value, now) : null;
    default:
      if (typeof value === 'string') return value;
      return value === null ? '' : JSON.stringify(value);
  }
}
