import { badRequest, type JsonObject, type KubeObject } from '@drover/api';
import type { ListOptions } from '../client.js';

/** Whether an object is among those a list or watch asks for. */
export type Selection = (object: KubeObject) => boolean;

/** @throws ApiError BadRequest for a selector in a form the fake does not know. */
export function selectionOf({ namespace, labelSelector, fieldSelector }: ListOptions): Selection {
  const labels = requirements(labelSelector).map(labelRequirement);
  const fields = requirements(fieldSelector).map(fieldRequirement);
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    labels.every((matches) => matches(object.metadata.labels ?? {})) &&
    fields.every((matches) => matches(object));
}

/** Splits at the commas that are not inside of a set: `a=b,c in (d,e)`. */
function requirements(selector: string | undefined): string[] {
  return (selector ?? '')
    .split(/,(?![^(]*\))/)
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

function labelRequirement(text: string): (labels: Readonly<Record<string, string>>) => boolean {
  const set = /^([^\s!=()]+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(text);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => {
      const value = labels[key];
      return operator === 'in'
        ? value !== undefined && values.includes(value)
        : value === undefined || !values.includes(value);
    };
  }
  const pair = /^([^\s!=()]+)\s*(==|=|!=)\s*([^\s=!()]*)$/.exec(text);
  if (pair !== null) {
    const [, key = '', operator, wanted] = pair;
    return (labels) => (labels[key] === wanted) === (operator !== '!=');
  }
  const presence = /^(!?)\s*([^\s!=()]+)$/.exec(text);
  if (presence !== null) {
    const [, not, key = ''] = presence;
    return (labels) => (labels[key] !== undefined) === (not === '');
  }
  throw badRequest(`unable to parse requirement: ${text}`);
}

function fieldRequirement(text: string): (object: KubeObject) => boolean {
  const pair = /^([^\s!=]+)(==|=|!=)(.*)$/.exec(text);
  if (pair === null) throw badRequest(`invalid selector: '${text}'; can't understand '${text}'`);
  const [, path = '', operator, wanted] = pair;
  return (object) => (fieldOf(object, path) === wanted) === (operator !== '!=');
}

function fieldOf(object: KubeObject, path: string): string {
  let value: unknown = object;
  for (const step of path.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as JsonObject)[step] : undefined;
  }
  return value === undefined || value === null ? '' : String(value);
}
