/** The group and version in the names of operations: "CoreV1", "RbacAuthorizationV1", "ExampleOrgV1beta1". */
export function groupVersionName(group: string, version: string): string {
  return `${groupName(group)}${capitalized(version)}`;
}

/** The tag of a group version's operations, or of a group's: "core_v1", "rbacAuthorization_v1"; "apps". */
export function tagOf(group: string, version?: string): string {
  const name = groupName(group);
  const tag = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  return version === undefined ? tag : `${tag}_${version}`;
}

/** The group in the names of operations. Kubernetes' own groups go without what they have in common. */
export function groupName(group: string): string {
  return group === ''
    ? 'Core'
    : group
        .replace(/\.k8s\.io$/, '')
        .split(/[^A-Za-z0-9]/)
        .map(capitalized)
        .join('');
}

/** "status" → "Status". */
export function capitalized(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
