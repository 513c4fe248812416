import {
  type ApiRequest,
  type ApiResponse,
  apiVersion,
  badRequest,
  invalid,
  type KubeObject,
  methodNotAllowed,
  type OpenSchema,
  openSchema,
} from '@drover/api';
import { builtinSchemas } from '@drover/api/schemas';
import { documentResponse } from '../request/response.js';
import type { ResourceTarget } from '../request/target.js';
import { asObject, readDocument } from '../verbs/object-body.js';
import {
  localSubjectAccessReview,
  selfSubjectAccessReview,
  selfSubjectRulesReview,
  subjectAccessReview,
} from './access-reviews.js';
import { selfSubjectReview, selfSubjectReviewBeta, tokenReview } from './identity-reviews.js';
import type { Question, Review, ReviewContext } from './review.js';
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
export function reviewAt(target: ResourceTarget): Review | undefined {
  return reviews.find((review) => isAbout(review, target));
}

/** Whether a path is that of a question. */
export function isAbout(
  { ofGroup, ofVersion, name }: Question,
  { group, version, resource, subresource }: ResourceTarget,
): boolean {
  if (ofGroup !== group || ofVersion !== version) return false;
  return name === (subresource === undefined ? resource : `${resource}/${subresource}`);
}

const schemas = new Map<string, OpenSchema>();

/** The schema of a question's document; opened when the first one comes, and one for each kind of question at most. */
function schemaOf(component: string): OpenSchema {
  const known = schemas.get(component);
  if (known !== undefined) return known;
  const components = builtinSchemas();
  const schema = openSchema(components[component] ?? { type: 'object' }, components);
  schemas.set(component, schema);
  return schema;
}

/**
 * The document of a question about what the path says. Of what is missing, each question says itself whether it can do without.
 *
 * @throws ApiError Invalid for a document that has not the shape of the question.
 */
export async function askedDocument(
  question: Question,
  request: ApiRequest,
  { name, namespace }: { readonly name: string | undefined; readonly namespace: string | undefined },
): Promise<KubeObject> {
  const { ofGroup, ofVersion, documents = { group: ofGroup, version: ofVersion }, kind, component } = question;
  if (name !== undefined && !question.name.includes('/')) throw methodNotAllowed();
  const sent = asObject(await readDocument(request, true), kind, apiVersion(documents));
  const schema = schemaOf(component);
  const document = schema.withDefaults(schema.prune(sent).object);
  const { namespace: said = '' } = document.metadata;
  if (said !== '' && said !== (namespace ?? '')) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const causes = schema.validate(document).filter(({ reason }) => reason !== 'FieldValueRequired');
  if (causes.length > 0) throw invalid({ group: documents.group, plural: question.name, kind }, name ?? '', causes);
  return document;
}

/** Answers an authorized question. @throws ApiError Invalid for a document that has not the shape of the question. */
export async function serveReview(review: Review, request: ApiRequest, context: ReviewContext): Promise<ApiResponse> {
  const { namespace } = context;
  const admitted = await context.admit(await askedDocument(review, request, context));
  const metadata = {
    ...admitted.metadata,
    ...(namespace === undefined ? {} : { namespace }),
    creationTimestamp: null,
  };
  const answer = { ...admitted, metadata, ...review.answer(admitted, context) };
  return documentResponse(201, answer, context.form);
}
