import { type ApiRequest, type ApiResponse, badRequest } from '@drover/api';
import { documentResponse } from '../request/response.js';
import type { ResourceTarget } from '../request/target.js';
import { askedDocument, isAbout } from '../reviews/reviews.js';
import { binding, legacyBinding } from './binding.js';
import { eviction } from './eviction.js';
import type { Order, OrderRequest } from './order.js';

/** Every order that the server carries out. */
export const orders: readonly Order[] = [legacyBinding, binding, eviction];

/** The order a path is about, if it is one. */
export function orderAt(target: ResourceTarget): Order | undefined {
  return orders.find((order) => isAbout(order, target));
}

/** Carries out an authorized order. @throws ApiError as Kubernetes words it. */
export async function serveOrder(order: Order, request: ApiRequest, context: OrderRequest): Promise<ApiResponse> {
  const { name, namespace = '', form } = context;
  const document = await askedDocument(order, request, context);
  if (name !== undefined && document.metadata.name !== name)
    throw badRequest(`name in URL does not match name in ${order.kind} object`);
  order.check?.(document);
  await order.perform(await context.admit(document), { ...context, namespace });
  return documentResponse(201, DONE, form);
}

const DONE = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
