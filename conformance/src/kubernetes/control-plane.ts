import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createTestAuthority, type TestAuthority } from '@drover/client/testing';
import { Closing } from '@drover/kit';
import { temporaryDirectory } from '@drover/testkit';
import { stringify } from 'yaml';
import { Api } from '../cluster/api.js';
import { eventually } from '../cluster/eventually.js';
import type { Binaries } from './binaries.js';
import { Running } from './process.js';

/** A real control plane: etcd, kube-apiserver and kube-controller-manager on the loopback interface. */
export interface ControlPlane extends AsyncDisposable {
  /** File of the administrator's kubeconfig: a token in `system:masters`. */
  readonly kubeconfig: string;
  /** File of the authority that signs client certificates: its certificate and its key. */
  readonly clientAuthority: string;
  /** The directory of its files, removed with it. */
  readonly directory: string;
}

/** How long each program may take to become ready, on a busy machine. */
const READY_MS = 120_000;

/** Starts one on free ports. @throws Error with the words of a program that did not become ready. */
export async function startControlPlane(programs: Binaries): Promise<ControlPlane> {
  await using closing = new Closing();
  const { path: directory } = closing.use(await temporaryDirectory());
  const file = (name: string): string => join(directory, name);
  const [etcdPort, peerPort, apiPort, managerPort] = await freePorts(4);
  const authority = await createTestAuthority('kubernetes-test');
  const token = randomBytes(32).toString('hex');
  await writeCredentials(file, authority, token);
  const server = `https://127.0.0.1:${apiPort}`;
  await writeFile(file('kubeconfig.yaml'), kubeconfig(server, authority.ca, token), { mode: 0o600 });

  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  closing.use(
    new Running(programs.etcd, [
      `--data-dir=${file('etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      '--log-level=warn',
    ]),
  );
  const apiserver = closing.use(
    new Running(programs['kube-apiserver'], [
      '--bind-address=127.0.0.1',
      `--secure-port=${apiPort}`,
      `--etcd-servers=${etcdUrl}`,
      `--tls-cert-file=${file('server.crt')}`,
      `--tls-private-key-file=${file('server.key')}`,
      `--client-ca-file=${file('ca.crt')}`,
      `--token-auth-file=${file('tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${file('accounts.pub')}`,
      `--service-account-signing-key-file=${file('accounts.key')}`,
      '--service-cluster-ip-range=10.0.0.0/16',
      // What aggregated servers are told of a request's user, and by whom.
      `--requestheader-client-ca-file=${file('ca.crt')}`,
      '--requestheader-allowed-names=front-proxy',
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      `--proxy-client-cert-file=${file('proxy.crt')}`,
      `--proxy-client-key-file=${file('proxy.key')}`,
      // A loopback address is no endpoint of the Service `kubernetes`.
      '--endpoint-reconciler-type=none',
      '--event-ttl=1h',
    ]),
  );
  await ready(apiserver, file('kubeconfig.yaml'));
  closing.use(
    new Running(programs['kube-controller-manager'], [
      '--bind-address=127.0.0.1',
      `--secure-port=${managerPort}`,
      `--kubeconfig=${file('kubeconfig.yaml')}`,
      '--leader-elect=false',
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${file('accounts.key')}`,
      `--root-ca-file=${file('ca.crt')}`,
      // Tests wait for these loops: the defaults are sized for clusters whose API must be spared.
      '--concurrent-namespace-syncs=20',
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
      '--resource-quota-sync-period=10s',
      '--namespace-sync-period=10s',
    ]),
  );
  const opened = closing.move();
  return {
    kubeconfig: file('kubeconfig.yaml'),
    clientAuthority: file('ca.pem'),
    directory,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

async function ready(apiserver: Running, kubeconfigFile: string): Promise<void> {
  await using api = await Api.open(kubeconfigFile);
  const look = (): Promise<boolean> =>
    api.get('/readyz').then(
      ({ status }) => status === 200,
      () => false,
    );
  const answered = await eventually(look, (isReady) => isReady || apiserver.ended, READY_MS);
  if (!answered) throw apiserver.failure(apiserver.ended ? 'ended before it was ready' : 'did not become ready');
}

async function writeCredentials(file: (name: string) => string, authority: TestAuthority, token: string) {
  const [server, proxy] = await Promise.all([
    authority.issue('127.0.0.1', 'localhost', 'kubernetes.default.svc'),
    authority.issueClient('front-proxy'),
  ]);
  const accounts = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const contents = {
    'ca.crt': authority.ca,
    'ca.pem': authority.pem,
    'server.crt': server.cert,
    'server.key': server.key,
    'proxy.crt': proxy.cert,
    'proxy.key': proxy.key,
    'accounts.pub': accounts.publicKey,
    'accounts.key': accounts.privateKey,
    'tokens.csv': `${token},admin,admin-uid,"system:masters"\n`,
  };
  for (const [name, content] of Object.entries(contents)) await writeFile(file(name), content, { mode: 0o600 });
}

const kubeconfig = (server: string, ca: string, token: string): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'kubernetes', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'kubernetes', context: { cluster: 'kubernetes', user: 'admin' } }],
    'current-context': 'kubernetes',
  });

/** Ports that are free now: held together until all are known, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const holders = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(holders.map((holder) => once(holder, 'listening')));
  const ports = holders.map((holder) => {
    const address = holder.address();
    if (typeof address !== 'object' || address === null) throw new Error('a TCP server has a port');
    return address.port;
  });
  await Promise.all(holders.map((holder) => once(holder.close(), 'close')));
  return ports;
}
