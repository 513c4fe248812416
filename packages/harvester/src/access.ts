import { forbidden, type Identity, type Json, resourcePath, subjectAccessReviews } from '@drover/api';
import type { Client } from '@drover/client';

/** An object that somebody is to read. */
interface Readable {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Whether somebody may read an object that is named inside another: who may write the one need not see the other.
 *
 * @throws ApiError 403 in RBAC's words when not
 */
export async function requireRead(client: Client, identity: Identity, about: Readable): Promise<void> {
  const { group, resource, namespace, name } = about;
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user: identity.name,
      groups: [...identity.groups],
      extra: Object.fromEntries(Object.entries(identity.extra).map(([key, values]) => [key, [...values]])),
      resourceAttributes: { verb: 'get', ...about },
    },
  };
  if (isAllowed(await client.post(resourcePath(subjectAccessReviews), review))) return;
  throw forbidden(
    { group, plural: resource },
    name,
    `User "${identity.name}" cannot get resource "${resource}" in API group "${group}" in the namespace "${namespace}"`,
  );
}

/** The answer to a SubjectAccessReview; anything that is not a clear yes is a no. */
function isAllowed(answer: Json): boolean {
  const { status } = typeof answer === 'object' && answer !== null && 'status' in answer ? answer : {};
  return typeof status === 'object' && status !== null && 'allowed' in status && status.allowed === true;
}
