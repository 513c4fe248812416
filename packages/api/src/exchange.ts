import type { Duplex } from 'node:stream';
import type { Identity } from './identity.js';

/** A request as the server's core sees it: whether it came over TLS or from this process makes no difference. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  /** Lower-case names; repeated headers as arrays. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
  /** The address the request came from; absent within this process. */
  readonly from?: string | undefined;
}

/** The core's answer. A streamed body ends when its iterator does; the front cancels it when the caller goes away. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
}

/**
 * A group version served by other code in this process: Kubernetes' API aggregation without the network. Requests arrive
 * authenticated and authorized by RBAC (resource and subresource of the path); `upgrade` gets the raw connection of a
 * WebSocket handshake, which it must answer.
 */
export interface AggregatedApi {
  readonly group: string;
  readonly version: string;
  /** APIResourceList entries for discovery. */
  readonly resources: readonly {
    readonly name: string;
    readonly singularName: string;
    readonly namespaced: boolean;
    readonly kind: string;
    readonly verbs: readonly string[];
  }[];
  /** Resources that are not in the list are the handler's to refuse. */
  readonly passesAll?: boolean;
  /** `false` while nobody answers for the group version. */
  readonly available?: boolean;
  handle(request: ApiRequest, identity: Identity): Promise<ApiResponse>;
  upgrade?(request: ApiRequest, identity: Identity, socket: Duplex, head: Uint8Array): Promise<void>;
}

/**
 * Further paths of the same listener that are no Kubernetes resources (`/v1/harvester/...`). The caller is authenticated;
 * `authorize` asks RBAC in the caller's name, so that the handler decides what right a path needs.
 */
export interface PathHandler {
  readonly prefix: string;
  /** Whether a request may take as long as its caller wants, a transfer for example; others get 504 after the time of a request. */
  isLongRunning?(request: ApiRequest): boolean;
  handle(request: ApiRequest, identity: Identity, authorize: Authorize): Promise<ApiResponse>;
}

/** What is asked of RBAC: a resource verb or a non-resource path. */
export type Attributes =
  | {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource?: string | undefined;
      readonly namespace?: string | undefined;
      readonly name?: string | undefined;
    }
  | { readonly verb: string; readonly path: string };

/** Whether the caller may; `reason` names the rule or says what is missing. */
export type Authorize = (attributes: Attributes) => { readonly allowed: boolean; readonly reason: string };
