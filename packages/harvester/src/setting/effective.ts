import type { HarvesterSetting } from '@drover/api';
import type { Informer } from '@drover/client';
import type { Outbound } from '../outbound/request.js';
import { SETTING_DEFAULTS } from './defaults.js';
import { parseAdditionalCa, parseHttpProxy, SETTING_RULES } from './value.js';

/** What a setting says: its value, or its default where the value is empty. */
export function effective({ value = '', default: fallback = '' }: Pick<HarvesterSetting, 'value' | 'default'>): string {
  return value === '' ? fallback : value;
}

/**
 * A setting's effective value, read with `parse`. A value that got past admission and cannot be read counts as its default, so
 * that one bad setting does not stop what depends on it; the setting's own condition says what is wrong.
 */
export function setting<T>(
  settings: Informer<HarvesterSetting> | undefined,
  name: string,
  parse: (value: string) => T,
): T {
  const fallback = SETTING_DEFAULTS[name] ?? '';
  const object = settings?.get(undefined, name);
  try {
    return parse(object === undefined ? fallback : effective({ default: fallback, ...object }));
  } catch {
    return parse(fallback);
  }
}

/** How this cluster reaches the world right now: settings http-proxy and additional-ca. */
export function outbound(settings: Informer<HarvesterSetting>): Outbound {
  return {
    proxy: setting(settings, 'http-proxy', parseHttpProxy),
    ca: setting(settings, 'additional-ca', parseAdditionalCa),
  };
}

/** Why a setting's value cannot be used, or `undefined` when it can. */
export function settingProblem(object: HarvesterSetting): string | undefined {
  try {
    SETTING_RULES[object.metadata.name ?? '']?.(effective(object));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
