import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DroverProcess, type ReadyLine } from '../drover-process.js';
import { kubectl } from '../kubectl.js';
import { clearLab, kubeconfigClient } from '../lab.js';
import { present } from '../present.js';
import { temporaryDirectory } from '../temporary.js';

const machine = `
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: survivor, namespace: default}
spec:
  runStrategy: RerunOnFailure
  template:
    spec:
      domain:
        cpu: {cores: 1}
        devices: {}
        resources: {limits: {cpu: "1", memory: 128Mi}}
      terminationGracePeriodSeconds: 0
`;

describe.skipIf(!present('kubectl') || !present('qemu-system-x86_64'))(
  'killing server, lab and agent in any order (needs QEMU and kubectl)',
  () => {
    const closing: AsyncDisposable[] = [];
    let data: string;
    let server: DroverProcess;
    let lab: DroverProcess;
    let serverReady: ReadyLine;
    let labReady: ReadyLine;

    const start = async (side: 'server' | 'lab', listen = '127.0.0.1:0'): Promise<[DroverProcess, ReadyLine]> => {
      const process = new DroverProcess([side, '--data-dir', data, '--listen', listen]);
      closing.push(process);
      return [process, await process.ready(side)];
    };
    const at = (url: string): string => new URL(url).host;
    const onLab = (...args: string[]) => kubectl(labReady.kubeconfig, args);
    const onServer = (...args: string[]) => kubectl(serverReady.kubeconfig, args);
    const machineUuid = async (): Promise<string> => {
      const path = '{.spec.domain.firmware.uuid}';
      return (await onLab('get', 'vmi', 'survivor', '-o', `jsonpath=${path}`)).stdout;
    };
    const active = () =>
      onServer(
        'wait',
        '-n',
        'fleet-default',
        'clusters.provisioning.cattle.io/hv',
        '--for=condition=Ready',
        '--timeout=60s',
      );

    beforeAll(async () => {
      const directory = await temporaryDirectory();
      data = directory.path;
      [server, serverReady] = await start('server');
      [lab, labReady] = await start('lab');
      closing.push(directory);
      await kubectl(serverReady.kubeconfig, ['apply', '-f', '-'], {
        input:
          'apiVersion: provisioning.cattle.io/v1\nkind: Cluster\nmetadata: {name: hv, namespace: fleet-default, labels: {provider.cattle.io: harvester}}\nspec: {agentEnvVars: []}\n',
      });
      await onServer(
        'wait',
        '-n',
        'fleet-default',
        'clusters.provisioning.cattle.io/hv',
        '--for=jsonpath={.status.clusterName}',
        '--timeout=30s',
      );
      const { stdout: id } = await onServer(
        'get',
        '-n',
        'fleet-default',
        'clusters.provisioning.cattle.io/hv',
        '-o',
        'jsonpath={.status.clusterName}',
      );
      await onServer(
        'wait',
        '-n',
        id,
        'clusterregistrationtokens/default-token',
        '--for=jsonpath={.status.manifestUrl}',
        '--timeout=30s',
      );
      const { stdout: url } = await onServer(
        'get',
        '-n',
        id,
        'clusterregistrationtokens/default-token',
        '-o',
        'jsonpath={.status.manifestUrl}',
      );
      await onLab(
        'patch',
        'settings.harvesterhci.io',
        'cluster-registration-url',
        '--type=merge',
        '-p',
        JSON.stringify({ value: url }),
      );
      expect((await active()).code).toBe(0);
      await kubectl(labReady.kubeconfig, ['apply', '-f', '-'], { input: machine });
      expect((await onLab('wait', 'vm/survivor', '--for=condition=Ready', '--timeout=60s')).stderr).toBe('');
    });

    afterAll(async () => {
      await clearLab(await kubeconfigClient(labReady.kubeconfig));
      for (const resource of closing) await resource[Symbol.asyncDispose]();
    });

    const agentPid = async (): Promise<number> => {
      const { stdout } = await onLab(
        'get',
        'pods',
        '-n',
        'cattle-system',
        '-o',
        'jsonpath={.items[0].status.containerStatuses[0].containerID}',
      );
      return Number(stdout.replace('process://', ''));
    };

    it('an agent that outlives the lab is given another token, before its old one ends', async () => {
      const pod = (await onLab('get', 'pods', '-n', 'cattle-system', '-o', 'jsonpath={.items[0].metadata.uid}')).stdout;
      const root = join(data, 'lab', 'harvester', 'pods', pod, 'cluster-register', 'root');
      const token = () => readFile(join(root, 'var/run/secrets/kubernetes.io/serviceaccount/token'), 'utf8');
      const [before, pid] = [await token(), await agentPid()];
      await lab.stop('SIGKILL');
      [lab, labReady] = await start('lab', at(labReady.url));
      await expect.poll(token, { timeout: 60_000 }).not.toBe(before);
      expect(await agentPid()).toBe(pid);
    });

    it.each([
      ['lab, server, agent', ['lab', 'server', 'agent']],
      ['agent, lab, server', ['agent', 'lab', 'server']],
      ['server, agent, lab', ['server', 'agent', 'lab']],
    ] as const)(
      '%s: the machine never stops, no object is lost, and all find each other again',
      async (_name, order) => {
        const before = await machineUuid();
        const processBefore = await qemuPid(before);
        const objects = (await onLab('get', 'vm,pvc,deploy,secrets', '-A', '-o', 'name')).stdout;
        const pid = await agentPid();
        for (const victim of order) {
          if (victim === 'agent') process.kill(pid, 'SIGKILL');
          else await (victim === 'lab' ? lab : server).stop('SIGKILL');
        }
        expect(alive(processBefore)).toBe(true);
        [server, serverReady] = await start('server', at(serverReady.url));
        [lab, labReady] = await start('lab', at(labReady.url));
        expect((await active()).code).toBe(0);
        expect((await onLab('wait', 'vm/survivor', '--for=condition=Ready', '--timeout=60s')).stderr).toBe('');
        expect(await machineUuid()).toBe(before);
        expect(await qemuPid(before)).toBe(processBefore);
        expect((await onLab('get', 'vm,pvc,deploy,secrets', '-A', '-o', 'name')).stdout).toBe(objects);
      },
    );
  },
);

/** The QEMU process that runs the machine with this firmware UUID. */
async function qemuPid(uuid: string): Promise<number> {
  for (const entry of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const argv = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (argv[0]?.includes('qemu-system') && argv.includes(uuid)) return Number(entry);
  }
  throw new Error(`no QEMU process runs machine ${uuid}`);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
