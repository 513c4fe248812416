import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLabConfig, readServerConfig, readUpConfig } from './config.js';

const file = (text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'drover-config-')), 'drover.yaml');
  writeFileSync(path, text);
  return path;
};

describe('configuration', () => {
  it('is complete without a word from the user', () => {
    expect(readServerConfig([], { XDG_DATA_HOME: '/data' })).toMatchObject({
      listen: { host: '127.0.0.1', port: 8443 },
      dataDir: '/data/drover',
      logLevel: 'info',
    });
    expect(readLabConfig([], {})).toMatchObject({ listen: { host: '127.0.0.1', port: 6443 }, name: 'lab' });
    expect(readUpConfig([], {}).importLab).toBe(true);
  });

  it('takes flags before environment before file', () => {
    const config = file('listen: "[::1]:1"\nlog-level: debug\ndata-dir: /file');
    const env = { DROVER_LISTEN: '0.0.0.0:2', DROVER_DATA_DIR: '/env', DROVER_CONFIG: config };
    expect(readServerConfig(['--listen', '127.0.0.1:3'], env)).toMatchObject({
      listen: { host: '127.0.0.1', port: 3 },
      dataDir: '/env',
      logLevel: 'debug',
    });
    expect(readServerConfig(['--config', config], {}).listen).toMatchObject({ host: '::1', port: 1 });
  });

  it('tells of requests at level 1 unless somebody says otherwise', () => {
    expect(readServerConfig([], {}).managementAudit).toMatchObject({ level: 1, maxBytes: 100 * 1024 * 1024 });
    expect(readUpConfig(['--audit-level', '0'], {}).server.managementAudit.level).toBe(0);
    expect(() => readServerConfig(['--audit-level', '4'], {})).toThrow('--audit-level: "4" is not a level');
  });

  it('keeps the first password out of print', () => {
    const config = readServerConfig(['--bootstrap-password', 'correct horse battery'], {});
    expect(JSON.stringify(config)).not.toContain('horse');
    expect(config.bootstrapPassword?.reveal()).toBe('correct horse battery');
  });

  it.each([
    [['--listen', '8443'], {}, '--listen: "8443" is not HOST:PORT, such as 127.0.0.1:8443 or [::1]:8443'],
    [['--listen', 'a:99999'], {}, '--listen: "a:99999" is not HOST:PORT, such as 127.0.0.1:8443 or [::1]:8443'],
    [[], { DROVER_LOG_LEVEL: 'loud' }, 'DROVER_LOG_LEVEL: "loud" is not a level; use debug, info, warn or error'],
    [['--lisen', 'x'], {}, "drover server: Unknown option '--lisen'; see drover server --help"],
    [['now'], {}, 'drover server: unexpected argument "now"; see drover server --help'],
    [['--store', 'etcd://10.0.0.1:2379'], {}, '--store: an etcd store is not available yet; use sqlite'],
    [['--store', 'papyrus'], {}, '--store: "papyrus" is not a store; use sqlite'],
    [['--server-url', 'http://x'], {}, '--server-url: "http://x" is not a URL such as https://drover.example.com'],
    [['--tls-cert', '/x.pem'], {}, '--tls-cert: give both --tls-cert and --tls-key'],
    [
      [],
      { DROVER_BOOTSTRAP_PASSWORD: 'short' },
      'DROVER_BOOTSTRAP_PASSWORD: the password needs at least 12 characters',
    ],
  ])('refuses %j %j in one sentence', (args, env, sentence) => {
    expect(() => readServerConfig(args, env)).toThrow(sentence);
  });

  it('refuses a file that says something else', () => {
    const unknown = file('liste: x');
    expect(() => readServerConfig(['--config', unknown], {})).toThrow(`${unknown}: there is no setting "liste"`);
    const nested = file('listen: [1]');
    expect(() => readServerConfig(['--config', nested], {})).toThrow(`${nested}: "listen" needs one plain value`);
    expect(() => readServerConfig(['--config', '/nowhere.yaml'], {})).toThrow('--config: cannot read /nowhere.yaml');
  });
});

describe('an audit', () => {
  const policy = file('apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{ level: Metadata }]');

  it('is one policy, with a log of a bounded size', () => {
    expect(readServerConfig([], {}).audit).toBeUndefined();
    expect(readLabConfig(['--audit-policy-file', policy], {}).audit).toMatchObject({
      log: { path: undefined, maxBytes: 100 * 1024 * 1024, maxBackups: 10, mode: 'blocking' },
      webhook: undefined,
    });
    const { lab, server } = readUpConfig(['--audit-policy-file', policy], {});
    expect([lab.audit, server.audit]).toMatchObject([{ log: { maxBackups: 10 } }, { log: { maxBackups: 10 } }]);
  });

  it('goes to a receiver, and into a log only where that is asked for, too', () => {
    const args = ['--audit-policy-file', policy, '--audit-webhook-config-file', '/k'];
    const webhook = { kubeconfig: '/k', mode: 'batch', bufferSize: 10_000 };
    expect(readServerConfig(args, {}).audit).toMatchObject({ log: undefined, webhook });
    const both = readServerConfig([...args, '--audit-log-path', '/l', '--audit-log-maxage', '3'], {});
    expect(both.audit).toMatchObject({ log: { path: '/l', maxAgeMs: 3 * 24 * 3_600_000 }, webhook });
  });

  it.each([
    [['--audit-log-path', '/x'], '--audit-log-path: nothing is audited without --audit-policy-file'],
    [['--audit-policy-file', '/nowhere'], '--audit-policy-file: cannot read /nowhere'],
    [['--audit-policy-file', policy, '--audit-log-maxsize', '0'], '--audit-log-maxsize: "0" is not a whole number'],
    [['--audit-policy-file', policy, '--audit-log-mode', 'never'], '--audit-log-mode: "never" is not a mode'],
    [['--audit-policy-file', policy, '--audit-log-maxage', 'x'], '--audit-log-maxage: "x" is not a whole number'],
    [
      ['--audit-policy-file', policy, '--audit-webhook-mode', 'batch'],
      '--audit-webhook-mode: there is no receiver without --audit-webhook-config-file',
    ],
    [
      ['--audit-policy-file', file('kind: Policy\nrules: [{}]')],
      'apiVersion must be audit.k8s.io/v1; rules[0].level must be',
    ],
    [['--audit-policy-file', policy, '--kubeconfig', '/x'], 'the cluster of --kubeconfig audits what it is asked'],
  ])('refuses %j in one sentence', (args, sentence) => {
    expect(() => readServerConfig(args, {})).toThrow(sentence);
  });
});
