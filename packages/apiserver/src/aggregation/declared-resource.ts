import type { AggregatedApi } from '@drover/api';
import type { ResourceTarget } from '../request/target.js';

/** What of a path RBAC is asked, where an aggregated API serves it. */
export interface DeclaredResource extends Pick<ResourceTarget, 'subresource'> {
  /** Whether there is such a resource. Where there is none, that is told to those only who might use it. */
  readonly served: boolean;
}

/** The longest resource of a path that `api` declares, what follows being the handler's to read; the whole where it declares none. */
export function declaredResource(
  api: Pick<AggregatedApi, 'resources' | 'passesAll'>,
  { resource, subresource }: ResourceTarget,
): DeclaredResource {
  const asked = subresource === undefined ? resource : `${resource}/${subresource}`;
  const declared = api.resources
    .filter(({ name }) => name === asked || (name.includes('/') && asked.startsWith(`${name}/`)))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (declared === undefined)
    return { ...(subresource === undefined ? {} : { subresource }), served: api.passesAll === true };
  const slash = declared.name.indexOf('/');
  return slash < 0 ? { served: true } : { subresource: declared.name.slice(slash + 1), served: true };
}
