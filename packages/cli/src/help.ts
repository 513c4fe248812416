import {
  AUDIT_COMMAND_SETTINGS,
  BACKUP_SETTINGS,
  LAB_SETTINGS,
  RESET_ADMIN_PASSWORD_SETTINGS,
  RESTORE_SETTINGS,
  SERVER_SETTINGS,
  UP_SETTINGS,
  WHY_SETTINGS,
} from './config.js';
import { COMMON, type Settings, variable } from './settings.js';

/** The commands, as the help shows them. */
export const COMMANDS = {
  up: { does: 'the server and the lab together, with the lab imported', settings: UP_SETTINGS },
  server: { does: 'the management side', settings: SERVER_SETTINGS },
  lab: { does: 'the embedded Harvester-compatible cluster on this host', settings: LAB_SETTINGS },
  agent: { does: 'the cluster agent; configured by its environment as in a cluster', settings: {} },
  audit: { does: 'a look at who did what through the management side', settings: AUDIT_COMMAND_SETTINGS },
  'server backup': { does: 'a backup of the management side, while it serves or not', settings: BACKUP_SETTINGS },
  'server reset-admin-password': {
    does: 'a reset of the first administrator’s password, while the server is stopped',
    settings: RESET_ADMIN_PASSWORD_SETTINGS,
  },
  why: {
    does: 'a look at why somebody may do something in a cluster, or may not',
    words: 'VERB RESOURCE[.GROUP][/SUBRESOURCE] [NAME]',
    settings: WHY_SETTINGS,
  },
  'server restore': { does: 'a restore of the management side from a backup', settings: RESTORE_SETTINGS },
} as const satisfies Record<string, { does: string; words?: string; settings: Settings }>;

/** A command's name. */
export type CommandName = keyof typeof COMMANDS;

/** Whether `text` names a command. */
export const isCommand = (text: string): text is CommandName => Object.hasOwn(COMMANDS, text);

/** What one might look for, and why it is not there. */
export const REFUSED: Readonly<Record<string, string>> = {
  'lab backup': 'a lab is not backed up: its disks belong to its state; stop its machines and copy its folder',
  'lab restore': 'a lab is not restored: copy its folder back while it is stopped',
};

/** `drover --help`. */
export function programHelp(): string {
  const rows = Object.entries(COMMANDS).map(([name, { does }]): [string, string] => [`drover ${name}`, does]);
  return [
    'Usage: drover COMMAND [FLAG…]',
    '',
    ...columns(rows),
    '',
    'drover COMMAND --help tells the flags of one.',
  ].join('\n');
}

/** `drover COMMAND --help`. */
export function commandHelp(name: CommandName): string {
  const command: { does: string; words?: string; settings: Settings } = COMMANDS[name];
  const { does, words, settings } = command;
  const rows = Object.entries(name === 'agent' ? {} : { ...settings, ...COMMON }).map(
    ([flag, { value, short, help }]): [string, string] => [
      `${short === undefined ? '' : `-${short}, `}--${flag}${value === undefined ? '' : ` ${value}`}`,
      help,
    ],
  );
  const flags =
    rows.length === 0
      ? []
      : ['', ...columns(rows), '', `Each also as a variable: --data-dir is ${variable('data-dir')}.`];
  return [
    `Usage: drover ${name}${words === undefined ? '' : ` ${words}`}${rows.length === 0 ? '' : ' [FLAG…]'}`,
    '',
    `Runs ${does}.`,
    ...flags,
  ].join('\n');
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`);
}
