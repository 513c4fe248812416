import type { Strategy } from '../catalog/strategy.js';
import { fieldsOf, inner, loose, objectsIn } from './absent.js';
import { plain } from './plain.js';

/**
 * What a limit of containers leaves out is taken from what it says (core v1 SetDefaults_LimitRangeItem): the default limit from
 * the maximum, the default request from the default limit, else from the minimum.
 */
export const limitRange: Strategy = {
  ...plain,
  fill: (object) => {
    for (const limit of objectsIn(inner(loose(object), 'spec')?.['limits'])) {
      if (limit['type'] !== 'Container') continue;
      const defaults = { ...fieldsOf(limit['max']), ...fieldsOf(limit['default']) };
      const requests = { ...fieldsOf(limit['min']), ...defaults, ...fieldsOf(limit['defaultRequest']) };
      if (Object.keys(defaults).length > 0) limit['default'] = defaults;
      if (Object.keys(requests).length > 0) limit['defaultRequest'] = requests;
    }
  },
};
