/** What a kind is called in TypeScript: its interface, and the value that addresses it. */
export interface KindNames {
  readonly type: string;
  readonly value: string;
}

/** Prefixes that keep kinds of one name in different groups apart; a prefix of "" keeps the plain name. */
const PREFIXED: Readonly<Record<string, string>> = {
  'events.k8s.io/Event': 'EventsV1',
  'provisioning.cattle.io/Cluster': 'Provisioning',
  'management.cattle.io/Setting': 'Management',
  'catalog.cattle.io/App': 'Catalog',
  'harvesterhci.io/Setting': 'Harvester',
  'harvesterhci.io/ResourceQuota': 'Harvester',
  'harvesterhci.io/Preference': 'Harvester',
  'harvesterhci.io/Version': 'Harvester',
  'harvesterhci.io/Upgrade': 'Harvester',
  'loadbalancer.harvesterhci.io/IPPool': 'LoadBalancer',
};

/** Names of one kind; the value is the plural in camel case (`virtualMachineImages`). */
export function namesOf(group: string, version: string, kind: string, plural: string): KindNames {
  if (group === 'autoscaling' && version === 'v1') {
    const { type, value } = namesOf('autoscaling', 'v2', kind, plural);
    return kind === 'Scale' ? { type, value } : { type: `${type}V1`, value: `${value}V1` };
  }
  const type = `${PREFIXED[`${group}/${kind}`] ?? ''}${kind}`;
  const value = camelPlural(type, kind, plural.replaceAll('-', ''));
  return { type, value };
}

function camelPlural(type: string, kind: string, plural: string): string {
  const ending = endingOf(kind, plural);
  const stem = type.slice(0, type.length - ending.dropped);
  return lowerFirst(stem) + ending.added;
}

/** How the plural differs from the kind: `NetworkPolicy` loses "y" and gains "ies". */
function endingOf(kind: string, plural: string): { dropped: number; added: string } {
  const lower = kind.toLowerCase();
  let shared = 0;
  while (shared < lower.length && lower[shared] === plural[shared]) shared += 1;
  return { dropped: lower.length - shared, added: plural.slice(shared) };
}

/** `CSIDriver` → `csiDriver`, `Pod` → `pod`. */
function lowerFirst(text: string): string {
  const acronym = /^[A-Z]+(?=[A-Z][a-z])/.exec(text)?.[0] ?? text.slice(0, 1);
  return acronym.toLowerCase() + text.slice(acronym.length);
}

/** `networkInterfaces` → `NetworkInterface` (for an element), `x-y` → `XY`. */
export function pascal(text: string, element: boolean): string {
  const words = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const joined = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
  return element ? singular(joined) : joined;
}

function singular(word: string): string {
  if (/(ss|us|Status)$/.test(word)) return word;
  if (/ies$/.test(word)) return word.replace(/ies$/, 'y');
  if (/(ses|xes|ches|sses)$/.test(word)) return word.replace(/es$/, '');
  return word.replace(/s$/, '');
}
