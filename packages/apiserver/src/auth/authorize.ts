import { ApiError, type Attributes, forbidden, type Identity } from '@drover/api';
import type { Rights } from '../catalog/strategy.js';

/**
 * Refuses what no rule lets `identity` do.
 *
 * @throws ApiError Forbidden in the words of Kubernetes, with the roles that bindings name in vain.
 */
export function authorize(rules: Pick<Rights, 'decide'>, identity: Identity, attributes: Attributes): void {
  const { allowed, reason } = rules.decide(identity, attributes);
  if (!allowed) throw refused(identity, attributes, reason);
}

/** The refusal of a request. */
export function refused(identity: Identity, attributes: Attributes, reason = ''): ApiError {
  const why = [harmless(sentence(identity, attributes)), ...(reason === '' ? [] : [reason])].join(': ');
  if ('path' in attributes) return new ApiError('Forbidden', `forbidden: ${why}`);
  const { group, resource, name = '' } = attributes;
  return forbidden({ group, plural: resource }, name, why);
}

function sentence({ name: user }: Identity, attributes: Attributes): string {
  const { verb } = attributes;
  if ('path' in attributes) return `User "${user}" cannot ${verb} path "${attributes.path}"`;
  const { group, resource, subresource, namespace } = attributes;
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  const place = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `User "${user}" cannot ${verb} resource "${what}" in API group "${group}" ${place}`;
}

/** A browser that takes the sentence for HTML finds none in it. */
function harmless(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
