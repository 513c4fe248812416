import type { Container, PodSpec, ResourceRequirements } from '@drover/api/types/core-v1';
import { parseNanos } from '@drover/kit';

/** What all containers need together, or the largest init container alone when that is more, and the overhead. */
export function podAmounts(
  spec: PodSpec,
  kind: keyof Pick<ResourceRequirements, 'requests' | 'limits'>,
): Map<string, bigint> {
  const together = new Map<string, bigint>();
  const amounts = (container: Container): [string, bigint][] =>
    Object.entries(container.resources?.[kind] ?? {}).map(([name, quantity]) => [name, parseNanos(String(quantity))]);
  const add = (name: string, amount: bigint): void => void together.set(name, (together.get(name) ?? 0n) + amount);
  const init = spec.initContainers ?? [];
  // Init containers that are restarted run beside the others (sidecars).
  const beside = init.filter((container) => container.restartPolicy === 'Always');
  for (const container of [...(spec.containers ?? []), ...beside])
    for (const [name, amount] of amounts(container)) add(name, amount);
  for (const container of init) {
    for (const [name, amount] of amounts(container))
      if (amount > (together.get(name) ?? 0n)) together.set(name, amount);
  }
  for (const [name, quantity] of Object.entries(spec.overhead ?? {})) add(name, parseNanos(String(quantity)));
  return together;
}
