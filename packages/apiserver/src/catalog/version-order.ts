/** Versions from the most to the least stable, then the newest: v2, v1, v1beta2, v1alpha1, others by name. */
const KUBE_VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

/** Order of versions in discovery (apimachinery version.CompareKubeAwareVersionStrings), the preferred one first. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [rank(a), rank(b)];
  for (const [index, value] of left.entries()) {
    const other = right[index] as number;
    if (value !== other) return other - value;
  }
  return a.localeCompare(b);
}

function rank(version: string): [known: number, stability: number, major: number, minor: number] {
  const match = KUBE_VERSION.exec(version);
  if (!match) return [0, 0, 0, 0];
  const stability = match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1;
  return [1, stability, Number(match[1]), Number(match[3] ?? 0)];
}
