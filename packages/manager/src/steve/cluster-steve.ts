import { LOCAL } from '../clusters/cluster-id.js';
import type { Answer, Exchange } from '../front/exchange.js';
import { matchPath } from '../front/route.js';
import type { Caller } from '../identity/caller.js';
import { NormanError } from '../norman/norman-error.js';
import type { ClusterProxy } from '../proxy/cluster-proxy.js';
import type { Collections } from './collections.js';

/** What Harvester answers below `/v1/harvester`: never a type of Steve. */
const HARVESTER = 'harvester';

/**
 * What is read below `/k8s/clusters/:cluster/v1`: by the cluster's own Steve where its agent has one, and otherwise here, by the
 * rights that the caller has in the cluster.
 */
export class ClusterSteve {
  constructor(
    private readonly proxy: Pick<ClusterProxy, 'handle' | 'hasSteve' | 'visible'>,
    private readonly collections: Pick<Collections, 'list' | 'schemas' | 'schema'>,
  ) {}

  /** `GET /k8s/clusters/:cluster/v1/schemas` */
  schemas(exchange: Exchange): Promise<Answer> {
    return this.#answer(exchange, 'schemas');
  }

  /** `GET /k8s/clusters/:cluster/v1/schemas/:id` */
  schema(exchange: Exchange): Promise<Answer> {
    return this.#answer(exchange, 'schema');
  }

  /** `GET /k8s/clusters/:cluster/v1/:type`, and with a namespace. */
  list(exchange: Exchange): Promise<Answer> {
    return this.#answer(exchange, 'list');
  }

  async #answer(exchange: Exchange, what: 'schemas' | 'schema' | 'list'): Promise<Answer> {
    const { params, caller, url } = exchange;
    // The bearer of credentials of the Kubernetes API has no name here by which rights could be looked up.
    if (caller === undefined) throw new NormanError('Unauthorized', 'must authenticate');
    const { cluster = '', type } = params;
    if (cluster !== LOCAL && (type === HARVESTER || (await this.#hasSteve(caller, cluster)))) {
      const rest = matchPath('/k8s/clusters/:cluster/*', url.pathname) ?? {};
      return this.proxy.handle({ ...exchange, params: rest });
    }
    return this.collections[what]({ ...exchange, caller }, cluster);
  }

  async #hasSteve(caller: Caller, cluster: string): Promise<boolean> {
    await this.proxy.visible(caller, cluster);
    return this.proxy.hasSteve(caller, cluster);
  }
}
