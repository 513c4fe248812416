import {
  duplicate,
  forbiddenField,
  invalidTyped,
  type LimitRange,
  qualifiedName,
  required,
  type StatusCause,
} from '@drover/api';
import type { LimitRangeItem } from '@drover/api/types/core-v1';
import { parseNanos } from '@drover/kit';
import type { Strategy } from '../catalog/strategy.js';
import { absent, fieldsOf, inner, loose, objectsIn } from './absent.js';
import { plain } from './plain.js';

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];
const ONE = 1_000_000_000n;
/** Bounds of an item, as they are named in it. */
const BOUNDS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

type Bound = (typeof BOUNDS)[number];

/**
 * What a limit of containers leaves out is taken from what it says (core v1 SetDefaults_LimitRangeItem): the default limit from
 * the maximum, the default request from the default limit, else from the minimum.
 */
export const limitRange: Strategy = {
  ...plain,
  fill: (object) => {
    for (const limit of objectsIn(inner(loose(object), 'spec')?.['limits'])) {
      absent(limit, 'type', '');
      if (limit['type'] !== 'Container') continue;
      const defaults = { ...fieldsOf(limit['max']), ...fieldsOf(limit['default']) };
      const requests = { ...fieldsOf(limit['min']), ...defaults, ...fieldsOf(limit['defaultRequest']) };
      if (Object.keys(defaults).length > 0) limit['default'] = defaults;
      if (Object.keys(requests).length > 0) limit['defaultRequest'] = requests;
    }
  },
  validate: (object) => {
    const items = (object as LimitRange).spec?.limits ?? [];
    return items.flatMap((item, index) => {
      const at = `spec.limits[${index}]`;
      const twice = items.slice(0, index).some(({ type }) => type === item.type);
      return [
        ...typeCauses(`${at}.type`, item.type),
        ...(twice ? [duplicate(`${at}.type`, item.type)] : []),
        ...placeCauses(at, item),
        ...boundCauses(at, item),
      ];
    });
  },
};

function typeCauses(field: string, type: string): StatusCause[] {
  const wrong = qualifiedName(type);
  if (wrong !== undefined) return [invalidTyped(field, type, wrong)];
  if (type.includes('/') || TYPES.includes(type)) return [];
  return [invalidTyped(field, type, 'must be a standard limit type or fully qualified')];
}

/** Bounds that a type does not know, or cannot be without. */
function placeCauses(at: string, item: LimitRangeItem): StatusCause[] {
  if (item.type === 'Pod') {
    return (['default', 'defaultRequest'] as const)
      .filter((bound) => Object.keys(item[bound] ?? {}).length > 0)
      .map((bound) => forbiddenField(`${at}.${bound}`, "may not be specified when `type` is 'Pod'"));
  }
  const bounded = item.min?.['storage'] !== undefined || item.max?.['storage'] !== undefined;
  if (item.type !== 'PersistentVolumeClaim' || bounded) return [];
  const why = 'either minimum or maximum storage value is required, but neither was provided';
  return [required(`${at}.limits`, why)];
}

/** Bounds that contradict each other. */
function boundCauses(at: string, item: LimitRangeItem): StatusCause[] {
  const names = new Set(BOUNDS.flatMap((bound) => Object.keys(item[bound] ?? {})));
  return [...names].flatMap((name) => {
    const text = (bound: Bound): string => String(item[bound]?.[name]);
    const above = (low: Bound, high: Bound): boolean =>
      item[low]?.[name] !== undefined &&
      item[high]?.[name] !== undefined &&
      parseNanos(text(low)) > parseNanos(text(high));
    const cause = (field: Bound, value: Bound, why: string): StatusCause =>
      invalidTyped(`${at}.${field}[${name}]`, text(value), why);
    const [least, most, request, limit] = [text('min'), text('max'), text('defaultRequest'), text('default')];
    const causes: StatusCause[] = [];
    if (above('min', 'max')) causes.push(cause('min', 'min', `min value ${least} is greater than max value ${most}`));
    if (above('min', 'defaultRequest')) {
      const why = `min value ${least} is greater than default request value ${request}`;
      causes.push(cause('defaultRequest', 'defaultRequest', why));
    }
    if (above('defaultRequest', 'max')) {
      const why = `default request value ${request} is greater than max value ${most}`;
      causes.push(cause('defaultRequest', 'defaultRequest', why));
    }
    if (above('defaultRequest', 'default')) {
      const why = `default request value ${request} is greater than default limit value ${limit}`;
      causes.push(cause('defaultRequest', 'defaultRequest', why));
    }
    if (above('min', 'default')) {
      causes.push(cause('default', 'min', `min value ${least} is greater than default value ${limit}`));
    }
    if (above('default', 'max')) {
      causes.push(cause('default', 'max', `default value ${limit} is greater than max value ${most}`));
    }
    return [...causes, ...ratioCauses(at, name, item)];
  });
}

function ratioCauses(at: string, name: string, { min, max, maxLimitRequestRatio }: LimitRangeItem): StatusCause[] {
  const told = maxLimitRequestRatio?.[name];
  if (told === undefined) return [];
  const field = `${at}.maxLimitRequestRatio[${name}]`;
  const ratio = parseNanos(String(told));
  const causes = ratio < ONE ? [invalidTyped(field, String(told), `ratio ${told} is less than 1`)] : [];
  const [least, most] = [parseNanos(String(min?.[name] ?? '0')), parseNanos(String(max?.[name] ?? '0'))];
  if (least > 0n && most > 0n && ratio * least > most * ONE) {
    const limit = (Number((most * 1_000_000n) / least) / 1_000_000).toFixed(6);
    causes.push(invalidTyped(field, String(told), `ratio ${told} is greater than max/min = ${limit}`));
  }
  return causes;
}
