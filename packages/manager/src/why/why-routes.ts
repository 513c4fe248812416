import { forbidden, type Identity, isJsonObject, type Json, notFound, unauthorized } from '@drover/api';
import { type Client, createClient, isAllowed, type Transport } from '@drover/client';
import type { Clock } from '@drover/kit';
import { type ClusterId, LOCAL, parseClusterId } from '../clusters/cluster-id.js';
import { readObject } from '../front/body.js';
import { type Answer, type Exchange, ok } from '../front/exchange.js';
import { NormanError } from '../norman/norman-error.js';
import type { ClusterProxy } from '../proxy/cluster-proxy.js';
import { DEFAULT_PAGE, MAX_PAGE } from './outside.js';
import { readQuestion } from './read-question.js';
import type { Asker, WhyAnswers } from './why.js';

const CLUSTERS = { group: 'management.cattle.io', plural: 'clusters' };

/** `/v1-drover/clusters/:cluster/…`: what this server knows of rights in a cluster, beyond what Rancher's API tells. */
export class WhyRoutes {
  constructor(
    private readonly parts: {
      readonly answers: WhyAnswers;
      readonly proxy: Pick<ClusterProxy, 'visible'>;
      /** The local API as administrator. */
      readonly local: Client;
      /** The local API without credentials of ours. */
      readonly anonymous: Transport;
      readonly clock: Clock;
    },
  ) {}

  /**
   * `POST /v1-drover/clusters/:cluster/why`: of one's own rights for everybody who sees the cluster, of another's for whoever may
   * review access there.
   */
  async why(exchange: Exchange): Promise<Answer> {
    const { asker, id } = await this.#asker(exchange);
    const question = readQuestion(await readObject(exchange.request));
    return ok(await this.parts.answers.of(asker, id, question));
  }

  /** `GET /v1-drover/clusters/:cluster/outsidebindings?limit=&continue=`: for whoever may list the cluster's own bindings. */
  async outside(exchange: Exchange): Promise<Answer> {
    const { asker, id } = await this.#asker(exchange);
    return ok(await this.parts.answers.outside(asker, id, readPage(exchange.url.searchParams)));
  }

  /**
   * Whoever asks, and about which cluster: a user of this server who sees it, or the bearer of credentials of the server's own
   * Kubernetes API, which says who that is.
   */
  async #asker({ caller, request, params }: Exchange): Promise<{ readonly asker: Asker; readonly id: ClusterId }> {
    const asker = caller ?? { identity: await this.#bearer(request.headers.authorization ?? '') };
    const text = await this.parts.answers.clusterId(asker.identity, params['cluster'] ?? '');
    if (caller === undefined) {
      const { group, plural: resource } = CLUSTERS;
      const sees = { resourceAttributes: { verb: 'get', group, resource, name: text } };
      if (!(await isAllowed(this.parts.local, asker.identity, sees)))
        throw forbidden(CLUSTERS, text, `User "${asker.identity.name}" cannot get this cluster`);
    } else if (text !== LOCAL) return { asker, id: (await this.parts.proxy.visible(caller, text)).id };
    else if (caller.token.clusterName && caller.token.clusterName !== LOCAL)
      throw forbidden(CLUSTERS, LOCAL, 'the token is for another cluster');
    // Everybody signed in may ask the server's own cluster about themselves, as by a SelfSubjectAccessReview.
    const id = parseClusterId(text);
    if (id === undefined) throw notFound(CLUSTERS, text);
    return { asker, id };
  }

  async #bearer(authorization: string): Promise<Identity> {
    const { anonymous, clock } = this.parts;
    const send: Transport['send'] = (sent) => anonymous.send({ ...sent, headers: { ...sent.headers, authorization } });
    const answer = await createClient({ send }, { clock }).post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
    });
    const status = field(answer, 'status');
    const info = field(status, 'userInfo');
    const name = field(info, 'username');
    const groups = field(info, 'groups');
    if (typeof name !== 'string' || name === '') throw unauthorized();
    return { name, groups: Array.isArray(groups) ? groups.map(String) : [], extra: {} };
  }
}

function readPage(parameters: URLSearchParams): { readonly limit: number; readonly after?: string } {
  for (const name of parameters.keys()) {
    if (name !== 'limit' && name !== 'continue')
      throw new NormanError('InvalidOption', `the parameter "${name}" is not implemented`);
  }
  const limit = Number(parameters.get('limit') ?? DEFAULT_PAGE);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
    throw new NormanError('InvalidOption', `limit must be a whole number from 1 to ${MAX_PAGE}`, {
      fieldName: 'limit',
    });
  const after = parameters.get('continue');
  return { limit, ...(after === null ? {} : { after }) };
}

const field = (object: Json | undefined, name: string): Json | undefined =>
  isJsonObject(object) ? object[name] : undefined;
