import type { Pod } from '@drover/api';
import type { Container } from '@drover/api/types/core-v1';

/** A container asks for something that a process of this host is not given; the message names it. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}

/** What pods know of the API they belong to. */
export interface Surroundings {
  readonly apiServer: { readonly host: string; readonly port: number };
  readonly hostIP: string;
}

/**
 * Variables that a pod may set for a process of this host. A list of what is let through, not of what is not: a variable such as
 * NODE_OPTIONS or LD_PRELOAD would run whatever its author likes as the lab's own user.
 */
const ALLOWED =
  /^(CATTLE_[A-Z0-9_]+|RANCHER_[A-Z0-9_]+|KUBERNETES_[A-Z0-9_]+|STRICT_VERIFY|HOSTNAME|(HTTP|HTTPS|NO|ALL)_PROXY|(http|https|no|all)_proxy|DROVER_LOG_LEVEL)$/;

/** A value that another object holds. */
export type Lookup = (kind: 'secret' | 'configMap', name: string, key: string) => Promise<string | undefined>;

/**
 * The environment of a container's process: what its pod sets, where the API is, and the directory that stands for its root.
 *
 * @throws Unsupported for a variable that is not let through, or whose value is not there.
 */
export async function environmentOf(
  pod: Pod,
  container: Container,
  root: string,
  { apiServer, hostIP }: Surroundings,
  lookup: Lookup,
): Promise<Record<string, string>> {
  if ((container.envFrom ?? []).length > 0) throw new Unsupported('envFrom is not supported by this host');
  const environment: Record<string, string> = {
    HOSTNAME: pod.metadata.name ?? '',
    KUBERNETES_SERVICE_HOST: apiServer.host,
    KUBERNETES_SERVICE_PORT: String(apiServer.port),
    KUBERNETES_SERVICE_PORT_HTTPS: String(apiServer.port),
    KUBERNETES_PORT: `tcp://${apiServer.host}:${apiServer.port}`,
  };
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (!ALLOWED.test(name))
      throw new Unsupported(`environment variable ${name}: this host does not pass it to processes`);
    if (value !== undefined) environment[name] = expand(value, environment);
    else if (valueFrom !== undefined) environment[name] = await from(valueFrom, pod, hostIP, name, lookup);
    else environment[name] = '';
  }
  return { ...environment, DROVER_POD_ROOT: root };
}

type ValueFrom = NonNullable<NonNullable<Container['env']>[number]['valueFrom']>;

async function from(
  { fieldRef, secretKeyRef, configMapKeyRef }: ValueFrom,
  pod: Pod,
  hostIP: string,
  name: string,
  lookup: Lookup,
): Promise<string> {
  if (fieldRef !== undefined) {
    const fields: Readonly<Record<string, string | undefined>> = {
      'metadata.name': pod.metadata.name,
      'metadata.namespace': pod.metadata.namespace,
      'metadata.uid': pod.metadata.uid,
      'spec.nodeName': pod.spec?.nodeName,
      'spec.serviceAccountName': pod.spec?.serviceAccountName,
      'status.hostIP': hostIP,
      'status.podIP': hostIP,
    };
    const found = fields[fieldRef.fieldPath];
    if (found === undefined)
      throw new Unsupported(`environment variable ${name}: field ${fieldRef.fieldPath} is not supported by this host`);
    return found;
  }
  const [kind, ref] =
    secretKeyRef === undefined ? (['configMap', configMapKeyRef] as const) : (['secret', secretKeyRef] as const);
  if (ref?.name === undefined)
    throw new Unsupported(`environment variable ${name}: its source is not supported by this host`);
  const value = await lookup(kind, ref.name, ref.key);
  if (value === undefined && ref.optional !== true)
    throw new Unsupported(`environment variable ${name}: ${kind} "${ref.name}" has no key "${ref.key}"`);
  return value ?? '';
}

/** `$(NAME)` stands for a variable set before; `$$` for a dollar sign (core/v1 EnvVar). */
function expand(value: string, before: Readonly<Record<string, string>>): string {
  return value.replace(/\$\$|\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (before[name] ?? whole),
  );
}
