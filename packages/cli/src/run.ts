import type { Level } from '@drover/kit';
import { StoreLocked } from '@drover/store';
import {
  readAuditCommandConfig,
  readBackupConfig,
  readLabConfig,
  readResetAdminPasswordConfig,
  readRestoreConfig,
  readServerConfig,
  readUpConfig,
  readWhyConfig,
} from './config.js';
import { COMMANDS, type CommandName, commandHelp, isCommand, programHelp, REFUSED } from './help.js';
import type { Surroundings } from './surroundings.js';
import { AnsweredNo, ResourceTaken, UsageError } from './usage-error.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Runs one command to its end and answers its exit code: 0 clean stop, 1 failure while running, 2 bad usage or
 * configuration, 3 a needed resource is taken.
 */
export async function run(
  args: readonly string[],
  env: Environment,
  surroundings: (level: Level) => Surroundings,
): Promise<number> {
  const { print, tell, version } = surroundings('error');
  const [name, rest] = split(args);
  try {
    if (name === '--version') print(version);
    else if (name === '--help' || name === 'help') print(programHelp());
    else if (REFUSED[name] !== undefined) throw new UsageError(`drover ${name}: ${REFUSED[name]}`);
    else if (!isCommand(name)) {
      throw new UsageError(`drover: there is no command "${name}"; use ${Object.keys(COMMANDS).join(', ')}`);
    } else if (rest.includes('--help')) print(commandHelp(name));
    else await runCommand(name, rest, env, surroundings);
    return 0;
  } catch (error) {
    if (error instanceof AnsweredNo) return 1;
    tell(`${error instanceof Error ? error.message : error}`);
    if (error instanceof UsageError) return 2;
    if (error instanceof ResourceTaken || error instanceof StoreLocked) return 3;
    return 1;
  }
}

/** The command, of one word or two, and what follows it. */
function split([first = '--help', ...rest]: readonly string[]): [name: string, rest: readonly string[]] {
  const both = `${first} ${rest[0]}`;
  return isCommand(both) || REFUSED[both] !== undefined ? [both, rest.slice(1)] : [first, rest];
}

/** A command loads what it is made of, and no other: most of a start is loading, and most of an idle process is what was loaded. */
async function runCommand(
  name: CommandName,
  args: readonly string[],
  env: Environment,
  surroundings: (level: Level) => Surroundings,
): Promise<void> {
  switch (name) {
    case 'up': {
      const config = readUpConfig(args, env);
      const { runUp } = await import('./up.js');
      return runUp(config, surroundings(config.server.logLevel));
    }
    case 'server': {
      const config = readServerConfig(args, env);
      const { runServer } = await import('./server.js');
      return runServer(config, surroundings(config.logLevel));
    }
    case 'lab': {
      const config = readLabConfig(args, env);
      const { runLab } = await import('./lab.js');
      return runLab(config, surroundings(config.logLevel));
    }
    case 'audit': {
      const config = readAuditCommandConfig(args, env);
      const { runAudit } = await import('./audit-command.js');
      return runAudit(config, surroundings(config.logLevel));
    }
    case 'server backup': {
      const config = readBackupConfig(args, env);
      const { runBackup } = await import('./backup/backup.js');
      return runBackup(config, surroundings(config.logLevel));
    }
    case 'server restore': {
      const config = readRestoreConfig(args, env);
      const { runRestore } = await import('./backup/restore.js');
      return runRestore(config, surroundings(config.logLevel));
    }
    case 'server reset-admin-password': {
      const config = readResetAdminPasswordConfig(args, env);
      const { runResetAdminPassword } = await import('./reset-admin-password.js');
      return runResetAdminPassword(config, surroundings(config.logLevel));
    }
    case 'why': {
      const config = readWhyConfig(args, env);
      const { runWhy } = await import('./why/run-why.js');
      return runWhy(config, surroundings(config.logLevel));
    }
    case 'agent': {
      const { runAgentCommand } = await import('./agent.js');
      return runAgentCommand(args, env, surroundings('info'));
    }
  }
}
