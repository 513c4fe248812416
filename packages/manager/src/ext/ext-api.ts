import {
  type AggregatedApi,
  ApiError,
  type ApiRequest,
  type ApiResponse,
  badRequest,
  type Identity,
  type JsonObject,
  methodNotAllowed,
  notServed,
  unavailable,
} from '@drover/api';
import { asApiError, NormanError } from '../norman/norman-error.js';
import { type ExtKind, verbsOf } from './ext-kind.js';
import {
  bodyOf,
  demandPlain,
  EXT,
  EXT_VERSION,
  type ExtCall,
  type ExtCaller,
  parseTarget,
  patched,
} from './ext-request.js';

/** The names of the kinds, which discovery tells also before the manager runs. */
const NAMES: readonly (Pick<ExtKind, 'kind' | 'plural' | 'singular'> & { readonly verbs: readonly string[] })[] = [
  named('Token', 'create delete get list patch update'),
  named('Kubeconfig', 'create delete get list patch update'),
  { ...named('UserActivity', 'get patch update'), plural: 'useractivities' },
  named('PasswordChangeRequest', 'create'),
  named('SelfUser', 'create'),
  named('GroupMembershipRefreshRequest', 'create'),
];

function named(kind: string, verbs: string) {
  const singular = kind.toLowerCase();
  return { kind, singular, plural: `${singular}s`, verbs: verbs.split(' ') };
}

/** What answers, once the manager runs. */
interface Serving {
  readonly kinds: readonly ExtKind[];
  readonly callerOf: (identity: Identity) => Promise<ExtCaller>;
}

/**
 * `ext.cattle.io/v1`, served by the local cluster's API in this process. Requests arrive authorized by RBAC; each kind then says whose
 * objects they may be about. Until the manager runs, the answer is 503.
 */
export class ExtApi {
  #serving: Serving | undefined;

  /** For the API server. */
  readonly aggregated: AggregatedApi = {
    ...EXT,
    resources: NAMES.map(({ kind, plural, singular, verbs }) => ({
      name: plural,
      singularName: singular,
      namespaced: false,
      kind,
      verbs,
    })),
    handle: (request, identity) => this.#handle(request, identity),
  };

  /** Answers from now on, until the result is disposed. */
  serve(serving: Serving): Disposable {
    for (const kind of serving.kinds) {
      const { verbs } = NAMES.find(({ plural }) => plural === kind.plural) ?? {};
      if (verbs?.join() !== verbsOf(kind).join()) throw new Error(`discovery tells other verbs of ${kind.plural}`);
    }
    this.#serving = serving;
    return {
      [Symbol.dispose]: () => {
        this.#serving = undefined;
      },
    };
  }

  async #handle(request: ApiRequest, identity: Identity): Promise<ApiResponse> {
    const serving = this.#serving;
    if (serving === undefined) throw unavailable('the management side is starting');
    const target = parseTarget(request.url);
    const kind = serving.kinds.find(({ plural }) => plural === target.plural);
    if (kind === undefined) throw notServed();
    const caller = await serving.callerOf(identity);
    if (caller.token?.clusterName)
      throw new ApiError('Forbidden', `the API key is for one cluster only, and makes and changes nothing here`);
    try {
      return await answered(kind, { ...caller, ...target, request });
    } catch (error) {
      throw error instanceof NormanError ? asApiError(error) : error;
    }
  }
}

async function answered(kind: ExtKind, call: ExtCall): Promise<ApiResponse> {
  const { name, query, request } = call;
  const { method } = request;
  demandPlain(query, ['labelSelector']);
  const whole = (document: object) => ({ apiVersion: EXT_VERSION, kind: kind.kind, ...document });
  if (name === undefined) {
    if (method === 'POST' && kind.create) return json(201, whole(await kind.create(call, await bodyOf(request))));
    if ((method === 'GET' || method === 'HEAD') && kind.list) {
      const { items, resourceVersion } = await kind.list(call);
      const list = { apiVersion: EXT_VERSION, kind: `${kind.kind}List`, metadata: { resourceVersion } };
      return json(200, { ...list, items: items.map(whole) });
    }
    throw methodNotAllowed();
  }
  if ((method === 'GET' || method === 'HEAD') && kind.get) return json(200, whole(await kind.get(call, name)));
  if (method === 'PUT' && kind.update) return json(200, whole(await kind.update(call, name, await bodyOf(request))));
  if (method === 'PATCH' && kind.update && kind.get) {
    const wanted = await patched(whole(await kind.get(call, name)), request);
    return json(200, whole(await kind.update(call, name, wanted)));
  }
  if (method === 'DELETE' && kind.remove) {
    demandPlainDeletion(await bodyOf(request, {}));
    return json(200, whole(await kind.remove(call, name)));
  }
  throw methodNotAllowed();
}

/** @throws ApiError for options of a deletion that are not implemented: it would delete what it was not to. */
function demandPlainDeletion(options: JsonObject): void {
  const asked = ['dryRun', 'preconditions'].find((option) => options[option] !== undefined && options[option] !== null);
  if (asked !== undefined) throw badRequest(`${asked} of a deletion is not implemented for ${EXT.group}`);
}

const json = (status: number, document: object): ApiResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(document)),
});
