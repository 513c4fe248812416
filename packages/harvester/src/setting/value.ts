import { X509Certificate } from 'node:crypto';
import type { ProxySettings } from '../outbound/proxy.js';
import { parseRegistrySettings } from '../registry/settings.js';

/** How much more than it has the host promises, in percent of what machines may use at most. */
export interface Overcommit {
  readonly cpu: number;
  readonly memory: number;
  readonly storage: number;
}

/** Where the management side's manifest is, and whether its certificate must be vouched for. */
export interface RegistrationUrl {
  /** Empty: this cluster belongs to nobody. */
  readonly url: string;
  readonly insecureSkipTLSVerify: boolean;
}

/** @throws TypeError with a sentence when a number is missing or below 100. */
export function parseOvercommit(value: string): Overcommit {
  const { cpu, memory, storage } = jsonObject('overcommit-config', value);
  return { cpu: percent('cpu', cpu), memory: percent('memory', memory), storage: percent('storage', storage) };
}

function percent(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 100) return value;
  throw new TypeError(`setting overcommit-config: ${name}: expected a whole number of percent from 100 on`);
}

/**
 * Reads both forms of `cluster-registration-url`: the JSON object of Harvester from v1.8 on, and the plain URL of the releases
 * before it, which never verified certificates.
 *
 * @throws TypeError when what is named as URL is none.
 */
export function parseRegistrationUrl(value: string): RegistrationUrl {
  const text = value.trim();
  if (text === '') return { url: '', insecureSkipTLSVerify: false };
  const { url, insecureSkipTLSVerify } = text.startsWith('{')
    ? jsonObject('cluster-registration-url', text)
    : { url: text, insecureSkipTLSVerify: true };
  const address = url ?? '';
  if (typeof address !== 'string' || (address !== '' && !isWebUrl(address))) {
    throw new TypeError(`setting cluster-registration-url: the URL is not an http or https URL`);
  }
  return { url: address, insecureSkipTLSVerify: insecureSkipTLSVerify === true };
}

const isWebUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** @throws TypeError when the value is no JSON object of texts, or a proxy is no http URL. */
export function parseHttpProxy(value: string): ProxySettings {
  if (value.trim() === '') return {};
  const given = jsonObject('http-proxy', value);
  const settings: Record<string, string> = {};
  for (const name of ['httpProxy', 'httpsProxy', 'noProxy']) {
    const field = given[name] ?? '';
    if (typeof field !== 'string') throw new TypeError(`setting http-proxy: ${name}: expected text`);
    settings[name] = field;
  }
  for (const name of ['httpProxy', 'httpsProxy']) {
    const proxy = settings[name] ?? '';
    if (proxy !== '' && !(URL.canParse(proxy) && new URL(proxy).protocol === 'http:')) {
      throw new TypeError(`setting http-proxy: ${name}: "${proxy}" is not an http:// URL`);
    }
  }
  return settings;
}

/** The certificates of a PEM bundle. @throws TypeError when there is text but no certificate in it. */
export function parseAdditionalCa(value: string): readonly string[] {
  if (value.trim() === '') return [];
  const blocks = value.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new TypeError('setting additional-ca: expected PEM certificates');
  for (const block of blocks) {
    try {
      new X509Certificate(block);
    } catch (error) {
      throw new TypeError(`setting additional-ca: ${error instanceof Error ? error.message : error}`);
    }
  }
  return blocks;
}

/** Seconds a machine gets to shut down when it names none itself. @throws TypeError for anything but a whole number. */
export function parseGracePeriod(value: string): number {
  if (!/^\d{1,6}$/.test(value)) {
    throw new TypeError('setting default-vm-termination-grace-period-seconds: expected a whole number of seconds');
  }
  return Number(value);
}

/** The factor on KubeVirt's own memory overhead; 0 switches the reservation of 100Mi inside the limit back on. */
export function parseOverheadRatio(value: string): number {
  const ratio = value === '' ? 0 : Number(value);
  if (ratio === 0 || (ratio >= 1 && ratio <= 10)) return ratio;
  throw new TypeError('setting additional-guest-memory-overhead-ratio: expected 0, or a number from 1.0 to 10.0');
}

/** How many times what it begins with a machine may grow to while it runs. */
export function parseHotplugRatio(value: string): number {
  if (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 20) return Number(value);
  throw new TypeError('setting max-hotplug-ratio: expected a whole number from 1 to 20');
}

const LOG_LEVELS = ['panic', 'fatal', 'error', 'warn', 'warning', 'info', 'debug', 'trace'];

/** What must hold of a setting's effective value; a name that is not here may hold any text. */
export const SETTING_RULES: Readonly<Record<string, (value: string) => unknown>> = {
  'additional-ca': parseAdditionalCa,
  'additional-guest-memory-overhead-ratio': parseOverheadRatio,
  'cluster-registration-url': parseRegistrationUrl,
  'containerd-registry': parseRegistrySettings,
  'default-vm-termination-grace-period-seconds': parseGracePeriod,
  'http-proxy': parseHttpProxy,
  'log-level': (value) => {
    if (!LOG_LEVELS.includes(value)) throw new TypeError(`setting log-level: expected one of ${LOG_LEVELS.join(', ')}`);
  },
  'max-hotplug-ratio': parseHotplugRatio,
  'overcommit-config': parseOvercommit,
};

function jsonObject(setting: string, value: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch (error) {
    throw new TypeError(`setting ${setting}: not JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new TypeError(`setting ${setting}: expected a JSON object`);
  }
  return { ...parsed };
}
