/** Names become parts of URLs, kubeconfigs and other objects' names: a DNS label with room for what is added. */
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const NAME_LENGTH = 63;
/** Names of environment variables as Kubernetes takes them (validation.IsEnvVarName). */
const VARIABLE = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;

/** Why a cluster cannot have this name, in a sentence; `undefined` when it can. */
export function clusterNameFault(name: string): string | undefined {
  if (name.length > NAME_LENGTH) return `a cluster's name must be no more than ${NAME_LENGTH} characters`;
  if (!NAME.test(name)) {
    return "a cluster's name must consist of lower case letters, digits or '-', and must start and end with a letter or digit";
  }
  if (name === 'local') return 'the name "local" is that of the cluster this server runs on';
  return undefined;
}

/** Why the agent cannot have this environment variable; `undefined` when it can. */
export function envVarFault({
  name,
  value = '',
}: {
  readonly name: string;
  readonly value?: string;
}): string | undefined {
  if (!VARIABLE.test(name)) return `"${name}" is no name of an environment variable`;
  if (name === 'CATTLE_AGENT_VAR_DIR') return 'CATTLE_AGENT_VAR_DIR is set by the server and cannot be changed';
  if (name.toUpperCase() === 'NO_PROXY' && /\s/.test(value))
    return 'NO_PROXY must not contain spaces: separate its entries by commas only';
  return undefined;
}
