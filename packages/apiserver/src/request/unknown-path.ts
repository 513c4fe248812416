import { ApiError, notServed } from '@drover/api';
import { builtinResources } from '@drover/api/schemas';

/** A path that nobody knows. It is answered as Go's own server answers it: in plain text. */
export class UnknownPath extends ApiError {
  constructor() {
    super('NotFound', '404 page not found');
  }
}

/** The refusal of what is not there in a group: Kubernetes' own groups say so by a Status, of others nothing is known. */
export function unknownIn(group: string): ApiError {
  return isBuiltinGroup(group) ? notServed() : new UnknownPath();
}

/** Whether a group is one of Kubernetes' own. */
export function isBuiltinGroup(group: string): boolean {
  return builtinResources().some((resource) => resource.group === group);
}
