import { type AggregatedApi, notServed } from '@drover/api';
import type { ResourceTarget } from '../request/target.js';

/**
 * What of a path RBAC is asked, where `api` serves it: the longest resource that it declares. What follows that is the handler's
 * to read.
 *
 * @throws ApiError NotFound when it declares none, and does not take whatever comes.
 */
export function declaredResource(
  api: Pick<AggregatedApi, 'resources' | 'passesAll'>,
  { resource, subresource }: ResourceTarget,
): Pick<ResourceTarget, 'subresource'> {
  const asked = subresource === undefined ? resource : `${resource}/${subresource}`;
  const declared = api.resources
    .filter(({ name }) => name === asked || (name.includes('/') && asked.startsWith(`${name}/`)))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (declared === undefined) {
    if (api.passesAll) return {};
    throw notServed();
  }
  const slash = declared.name.indexOf('/');
  return slash < 0 ? {} : { subresource: declared.name.slice(slash + 1) };
}
