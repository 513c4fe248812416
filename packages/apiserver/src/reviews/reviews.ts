import { type ApiRequest, type ApiResponse, apiVersion } from '@drover/api';
import { json } from '../request/response.js';
import type { ResourceTarget } from '../request/target.js';
import { asObject, readDocument } from '../verbs/object-body.js';
import {
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectReview,
  selfSubjectReviewBeta,
  selfSubjectRulesReview,
  subjectAccessReview,
  tokenReview,
} from './access-reviews.js';
import type { Review, ReviewContext } from './review.js';
import { tokenRequest } from './token-request.js';

/** Every question the server answers without storing it. */
export const reviews: readonly Review[] = [
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectReview,
  selfSubjectReviewBeta,
  selfSubjectRulesReview,
  subjectAccessReview,
  tokenRequest,
  tokenReview,
];

/** The question a path is about, if it is one. */
export function reviewAt({ group, version, resource, subresource }: ResourceTarget): Review | undefined {
  const name = subresource === undefined ? resource : `${resource}/${subresource}`;
  return reviews.find((review) => review.ofGroup === group && review.ofVersion === version && review.name === name);
}

/** Answers an authorized question. */
export async function serveReview(review: Review, request: ApiRequest, context: ReviewContext): Promise<ApiResponse> {
  const { ofGroup, ofVersion, documents = { group: ofGroup, version: ofVersion }, kind } = review;
  const document = asObject(await readDocument(request, true), kind, apiVersion(documents));
  const { name, namespace } = context;
  const metadata = {
    ...document.metadata,
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    creationTimestamp: null,
  };
  return json(201, { ...document, metadata, ...review.answer(document, context) });
}
