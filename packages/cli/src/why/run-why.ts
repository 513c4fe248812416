import { ApiError, isWhy } from '@drover/api';
import { type ClusterAccess, createClient, httpsTransport, KubeconfigError, loadKubeconfig } from '@drover/client';
import type { WhyConfig } from '../config.js';
import type { Surroundings } from '../surroundings.js';
import { AnsweredNo, UsageError } from '../usage-error.js';
import { sentencesOf } from './sentences.js';

/** Where the server mounts the API of a cluster: kubeconfigs that it makes are for one. */
const MOUNTED = /^\/k8s\/clusters\/([^/]+)\/?$/;
const LOCAL = 'local';

/**
 * `drover why`: asks the server why somebody may do something in a cluster, and prints the answer in sentences.
 *
 * @throws AnsweredNo when it is not allowed.
 * @throws UsageError when the kubeconfig cannot be used, or does not fit the question.
 */
export async function runWhy(config: WhyConfig, { clock, print }: Surroundings): Promise<void> {
  const access = await accessOf(config);
  const { pathname, origin } = new URL(access.server);
  const mounted = MOUNTED.exec(pathname)?.[1];
  const cluster = config.cluster ?? mounted ?? LOCAL;
  await using transport = httpsTransport({ ...access, server: origin });
  const question = { requests: [{ ...config.request }], ...(config.user === undefined ? {} : { user: config.user }) };
  const path = `/v1-drover/clusters/${encodeURIComponent(cluster)}/why`;
  const client = createClient(transport, { clock });
  const answer = await client.post(path, question).catch((error: unknown) => {
    throw error instanceof ApiError ? new UsageError(`drover why: ${error.message}`) : error;
  });
  if (!isWhy(answer)) throw new UsageError(`drover why: ${origin} is no server of this version`);
  for (const line of sentencesOf(answer)) print(line);
  if (answer.answers[0]?.allowed !== true) throw new AnsweredNo();
}

async function accessOf({ kubeconfig }: WhyConfig): Promise<ClusterAccess> {
  try {
    return await loadKubeconfig(kubeconfig);
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    throw new UsageError(`drover why: --kubeconfig: ${error.message}`);
  }
}
