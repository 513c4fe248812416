import { type ManagementSetting, managementSettings } from '@drover/api';
import type { Client, Informer } from '@drover/client';
import { createIfAbsent } from '@drover/controller';

/** What the settings' defaults depend on. */
export interface SettingFacts {
  readonly serverUrl: string;
  readonly caPem: string;
  readonly version: string;
  readonly agentImage: string;
  readonly installUuid: string;
}

/** One setting: its default, and what is special about it. */
interface Declaration {
  readonly default: string | ((facts: SettingFacts) => string);
  /** Anybody may read it, signed in or not: the sign-in page and agents need it. */
  readonly public?: true;
  /** The server's own word: rewritten at each start, refused to everybody else. */
  readonly readOnly?: true;
}

/** Namespaces that belong to a cluster's System project: Rancher's list and Harvester's. */
const SYSTEM_NAMESPACES = [
  'kube-system,kube-public,cattle-system,cattle-impersonation-system,cattle-local-user-passwords,cattle-tokens',
  'cattle-kubeconfigs',
  'cattle-global-data,cattle-fleet-system,cattle-dashboards,cattle-monitoring-system,cattle-logging-system',
  'cattle-ui-plugin-system,kube-node-lease,fleet-default,fleet-local,harvester-system,longhorn-system,local',
].join(',');

const DECLARATIONS = {
  'server-url': { default: ({ serverUrl }) => serverUrl },
  cacerts: { default: ({ caPem }) => caPem.trim(), public: true, readOnly: true },
  'server-version': { default: ({ version }) => version, readOnly: true },
  'server-version-type': { default: 'community', readOnly: true },
  'install-uuid': { default: ({ installUuid }) => installUuid },
  'agent-image': { default: ({ agentImage }) => agentImage },
  'agent-tls-mode': { default: 'strict' },
  'system-default-registry': { default: '' },
  'system-namespaces': { default: SYSTEM_NAMESPACES },
  'first-login': { default: 'true', public: true },
  'password-min-length': { default: '12' },
  'auth-user-session-ttl-minutes': { default: '960' },
  'auth-user-session-idle-ttl-minutes': { default: '960' },
  'auth-token-max-ttl-minutes': { default: '129600' },
  'auth-token-default-ttl-minutes': { default: '129600' },
  'kubeconfig-generate-token': { default: 'true' },
  'kubeconfig-default-token-ttl-minutes': { default: '43200' },
  'fleet-default-workspace-name': { default: 'fleet-default' },
  'k8s-version': { default: '' },
  'telemetry-opt': { default: 'out' },
  'eula-agreed': { default: '' },
  'hide-local-cluster': { default: 'false' },
  'ui-pl': { default: 'drover', public: true },
  'ui-brand': { default: '', public: true },
  'ui-banners': { default: '{}', public: true },
  'ui-issues': { default: '', public: true },
  'ui-default-landing': { default: 'vue', public: true },
} as const satisfies Record<string, Declaration>;

/** The name of a setting the manager knows. */
export type SettingName = keyof typeof DECLARATIONS;

const declarations: Readonly<Record<string, Declaration>> = DECLARATIONS;

/** The settings that anybody may read without signing in. */
export const PUBLIC_SETTINGS: readonly string[] = Object.keys(declarations).filter(
  (name) => declarations[name]?.public === true,
);

/** Whether only the server writes the setting. */
export const isReadOnlySetting = (name: string): boolean => declarations[name]?.readOnly === true;

/** The value that counts: what somebody has set, else the default. */
export const effectiveValue = ({ value, default: byDefault }: ManagementSetting): string => value || (byDefault ?? '');

/**
 * Makes each setting's object, or brings its default up to date; values that somebody has set stay. A default that differs
 * by installation (`install-uuid`) is kept once written.
 */
export async function installSettings(client: Client, facts: SettingFacts): Promise<void> {
  await Promise.all(
    Object.entries(declarations).map(([name, declaration]) => installSetting(client, name, declaration, facts)),
  );
}

async function installSetting(
  client: Client,
  name: string,
  declaration: Declaration,
  facts: SettingFacts,
): Promise<void> {
  const wanted = typeof declaration.default === 'string' ? declaration.default : declaration.default(facts);
  const existing = await createIfAbsent(client, managementSettings, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'Setting',
    metadata: { name },
    value: '',
    default: wanted,
    customized: false,
    source: 'default',
  });
  if (existing.default === wanted || name === 'install-uuid') return;
  await client.patch(managementSettings, { name }, { type: 'merge', patch: { default: wanted } });
}

/** The settings' values now. */
export class Settings {
  constructor(
    readonly informer: Informer<ManagementSetting>,
    readonly facts: SettingFacts,
  ) {}

  value(name: SettingName): string {
    const setting = this.informer.get(undefined, name);
    if (setting !== undefined) return effectiveValue(setting);
    const byDefault: Declaration['default'] = DECLARATIONS[name].default;
    return typeof byDefault === 'string' ? byDefault : byDefault(this.facts);
  }

  /** A value that counts something; the default when what is set is no number. */
  count(name: SettingName): number {
    const value = Number(this.value(name));
    return Number.isSafeInteger(value) && value >= 0 ? value : Number(DECLARATIONS[name].default);
  }

  /** The URL under which browsers and agents reach this server, without a slash at the end. */
  get serverUrl(): string {
    return this.value('server-url').replace(/\/+$/, '');
  }
}
