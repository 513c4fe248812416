import { type Identity, isJsonObject, type JsonObject } from '@drover/api';
import type { Client } from './client.js';

/** What is asked about: an object of the API, or a path (authorization.k8s.io/v1, SubjectAccessReviewSpec). */
export type AccessQuestion =
  | {
      readonly resourceAttributes: {
        readonly verb: string;
        readonly group: string;
        readonly resource: string;
        readonly subresource?: string | undefined;
        readonly namespace?: string | undefined;
        readonly name?: string | undefined;
      };
    }
  | { readonly nonResourceAttributes: { readonly verb: string; readonly path: string } };

/**
 * Asks the API's own authorizer whether somebody may do something, by a SubjectAccessReview, and what it says about that. In doubt
 * the answer is no: an answer of another form counts as one.
 *
 * @throws ApiError or TransportError when the API does not answer: never a yes.
 */
export async function reviewAccess(
  client: Pick<Client, 'post'>,
  { name, groups, extra }: Identity,
  question: AccessQuestion,
): Promise<{ readonly allowed: boolean; readonly reason: string }> {
  const answer = await client.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user: name, groups: [...groups], extra: extra as JsonObject, ...withoutAbsent(question) },
  });
  const status = isJsonObject(answer) ? answer['status'] : undefined;
  if (!isJsonObject(status)) return { allowed: false, reason: '' };
  const { allowed, reason } = status;
  return { allowed: allowed === true, reason: typeof reason === 'string' ? reason : '' };
}

/** As `reviewAccess`, without the words. */
export const isAllowed = async (
  client: Pick<Client, 'post'>,
  identity: Identity,
  question: AccessQuestion,
): Promise<boolean> => (await reviewAccess(client, identity, question)).allowed;

function withoutAbsent(question: AccessQuestion): JsonObject {
  const present = (attributes: object): JsonObject =>
    Object.fromEntries(Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== undefined));
  return 'resourceAttributes' in question
    ? { resourceAttributes: present(question.resourceAttributes) }
    : { nonResourceAttributes: present(question.nonResourceAttributes) };
}
