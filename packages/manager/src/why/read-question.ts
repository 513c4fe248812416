import {
  type AccessRequest,
  isJsonObject,
  type Json,
  type JsonObject,
  MAX_WHY_REQUESTS,
  type WhyQuestion,
} from '@drover/api';
import { requiredText, textField } from '../front/body.js';
import { NormanError } from '../norman/norman-error.js';

/** Longer words are no names of anything in Kubernetes. */
const MAX_WORD = 253;
const OPTIONAL = ['subresource', 'namespace', 'name'] as const;

/**
 * Reads what somebody wants to know.
 *
 * @throws NormanError that says which field is wrong.
 */
export function readQuestion(body: JsonObject): WhyQuestion {
  const user = textField(body, 'user');
  const { requests } = body;
  if (!Array.isArray(requests) || requests.length === 0)
    throw new NormanError('MissingRequired', 'requests must be a list of at least one request', {
      fieldName: 'requests',
    });
  if (requests.length > MAX_WHY_REQUESTS) {
    const message = `at most ${MAX_WHY_REQUESTS} requests can be asked about at once`;
    throw new NormanError('MaxLimitExceeded', message, { fieldName: 'requests' });
  }
  return { ...(user ? { user } : {}), requests: requests.map(readRequest) };
}

function readRequest(request: Json): AccessRequest {
  if (!isJsonObject(request))
    throw new NormanError('InvalidFormat', 'each request must be an object', { fieldName: 'requests' });
  for (const [field, value] of Object.entries(request)) {
    if (typeof value === 'string' && value.length > MAX_WORD)
      throw new NormanError('InvalidFormat', `${field} is longer than ${MAX_WORD} characters`, { fieldName: field });
  }
  const optional = OPTIONAL.flatMap((field) => {
    const value = textField(request, field);
    return value ? [[field, value]] : [];
  });
  return {
    verb: requiredText(request, 'verb'),
    group: textField(request, 'group') ?? '',
    resource: requiredText(request, 'resource'),
    ...Object.fromEntries(optional),
  };
}
