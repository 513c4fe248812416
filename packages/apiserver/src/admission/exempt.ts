const GROUP = 'admissionregistration.k8s.io';
const CONFIGURATIONS = new Set([
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'validatingwebhookconfigurations',
]);

/** Whether a kind configures admission: nothing that is configured looks at it, so that a mistake there can be mended. */
export function isExempt({ group, resource }: { readonly group: string; readonly resource: string }): boolean {
  return group === GROUP && CONFIGURATIONS.has(resource);
}
