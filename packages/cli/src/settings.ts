import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse as parseYaml } from 'yaml';
import { UsageError } from './usage-error.js';

/** One thing a person can set: by flag, by environment variable (`DROVER_` and the name in capitals), or in the file. */
export interface Setting {
  readonly help: string;
  /** What stands for the value in the help, e.g. `DIR`; absent for a switch. */
  readonly value?: string;
  /** The flag's one letter, as kubectl has it. */
  readonly short?: string;
}

/** The settings of a command: the flag's name without dashes, and what it is. */
export type Settings = Readonly<Record<string, Setting>>;

/** A setting's text and where it came from, for messages. */
export interface Given {
  readonly text: string;
  /** `--listen`, `DROVER_LISTEN` or `listen in /etc/drover.yaml`. */
  readonly source: string;
}

/** Every command takes these. */
export const COMMON: Settings = {
  config: { value: 'FILE', help: 'read settings from a YAML file, one "name: value" a line' },
  'log-level': { value: 'LEVEL', help: 'debug, info, warn or error (default info)' },
};

/** The environment variable of a setting: `data-dir` is `DROVER_DATA_DIR`. */
export const variable = (name: string): string => `DROVER_${name.toUpperCase().replaceAll('-', '_')}`;

/**
 * What was given for each setting of a command, flags before environment before file.
 *
 * @throws UsageError for an unknown flag or key, a missing value, an argument too many, or an unreadable file.
 */
export function readSettings(
  command: string,
  own: Settings,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, Given> {
  const { given, words } = readCommandLine(command, own, args, env);
  if (words.length > 0) throw unreadable(command, `unexpected argument "${words[0]}"`);
  return given;
}

/** The same of a command that takes words beside its flags, which are answered as they are. */
export function readCommandLine(
  command: string,
  own: Settings,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { readonly given: ReadonlyMap<string, Given>; readonly words: readonly string[] } {
  const settings = { ...own, ...COMMON };
  const { flags, words } = readFlags(command, settings, args);
  const given = new Map<string, Given>();
  const take = (name: string, text: string, source: string): void => {
    if (!given.has(name)) given.set(name, { text, source });
  };
  for (const [name, text] of flags) take(name, text, `--${name}`);
  for (const name of Object.keys(settings)) {
    const text = env[variable(name)];
    if (text !== undefined && text !== '') take(name, text, variable(name));
  }
  const file = given.get('config');
  if (file) {
    for (const [name, text] of readFile(file, settings)) take(name, text, `${name} in ${file.text}`);
  }
  return { given, words };
}

function readFlags(
  command: string,
  settings: Settings,
  args: readonly string[],
): { readonly flags: readonly [string, string][]; readonly words: readonly string[] } {
  const options = Object.fromEntries(
    Object.entries(settings).map(([name, { value, short }]) => [
      name,
      { type: value ? ('string' as const) : ('boolean' as const), ...(short === undefined ? {} : { short }) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
    return { flags: Object.entries(values).map(([name, value]) => [name, String(value)]), words: positionals };
  } catch (error) {
    throw unreadable(command, error instanceof Error ? (error.message.split('. ')[0] as string) : String(error));
  }
}

const unreadable = (command: string, reason: string): UsageError =>
  new UsageError(`drover ${command}: ${reason}; see drover ${command} --help`);

function readFile(file: Given, settings: Settings): [string, string][] {
  let document: unknown;
  try {
    document = parseYaml(readFileSync(file.text, 'utf8')) ?? {};
  } catch (error) {
    throw new UsageError(`${file.source}: cannot read ${file.text}: ${error instanceof Error ? error.message : error}`);
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new UsageError(`${file.text}: expected lines of the form "name: value"`);
  }
  return Object.entries(document).map(([name, value]) => {
    if (!(name in settings) || name === 'config') throw new UsageError(`${file.text}: there is no setting "${name}"`);
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw new UsageError(`${file.text}: "${name}" needs one plain value`);
    }
    return [name, String(value)];
  });
}
