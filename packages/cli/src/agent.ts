import { AgentConfigError, readAgentConfig, runAgent } from '@drover/agent';
import type { Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

/** Runs the cluster agent until the process is asked to stop. It takes no flags: a pod's environment configures it. */
export async function runAgentCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { clock, random, log, signal }: Surroundings,
): Promise<void> {
  if (args.length > 0)
    throw new UsageError(`drover agent: unexpected argument "${args[0]}"; it is configured by CATTLE_… variables`);
  const config = await readAgentConfig(env).catch((error: unknown) => {
    throw error instanceof AgentConfigError ? new UsageError(`drover agent: ${error.message}`) : error;
  });
  await runAgent(config, { clock, random, log }, signal);
}
