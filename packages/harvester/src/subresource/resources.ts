import type { AggregatedApi } from '@drover/api';

/** What a request to the aggregated API is about. */
export type Call =
  | { readonly kind: 'group'; readonly name: string }
  | {
      readonly kind: 'object';
      readonly namespace: string;
      readonly resource: 'virtualmachines' | 'virtualmachineinstances';
      readonly name: string;
      /** Whole, also where it has several segments: `vnc/screenshot`. */
      readonly subresource: string;
    };

const MACHINE_VERBS = ['start', 'stop', 'restart', 'addvolume', 'removevolume'];
const INSTANCE_VERBS = ['pause', 'unpause', 'softreboot', 'reset', 'addvolume', 'removevolume', 'freeze', 'unfreeze'];
const INSTANCE_READS = ['portforward', 'console', 'vnc', 'vnc/screenshot', 'guestosinfo', 'userlist', 'filesystemlist'];

const entry = (resource: string, subresource: string, verb: string): AggregatedApi['resources'][number] => ({
  name: `${resource}/${subresource}`,
  singularName: '',
  namespaced: true,
  kind: resource === 'virtualmachines' ? 'VirtualMachine' : 'VirtualMachineInstance',
  verbs: [verb],
});

/** What discovery lists: what is served, and nothing else. */
export const RESOURCES: AggregatedApi['resources'] = [
  ...MACHINE_VERBS.map((verb) => entry('virtualmachines', verb, 'update')),
  entry('virtualmachines', 'expand-spec', 'get'),
  ...INSTANCE_VERBS.map((verb) => entry('virtualmachineinstances', verb, 'update')),
  ...INSTANCE_READS.map((read) => entry('virtualmachineinstances', read, 'get')),
  { name: 'version', singularName: '', namespaced: false, kind: 'Version', verbs: ['get'] },
  { name: 'healthz', singularName: '', namespaced: false, kind: 'Healthz', verbs: ['get'] },
];

/** Reads `/apis/GROUP/VERSION/...`; `undefined` for a path of another form. */
export function parseCall(url: string): Call | undefined {
  const path = url.split('?')[0] ?? '';
  const segments = path.split('/').slice(1).map(decoded);
  if (segments.some((segment) => segment === undefined || segment === '')) return undefined;
  const [, , , scope, namespace, resource, name, ...rest] = segments as string[];
  if (scope === undefined) return undefined;
  if (scope !== 'namespaces') return namespace === undefined ? { kind: 'group', name: scope } : undefined;
  if (resource !== 'virtualmachines' && resource !== 'virtualmachineinstances') {
    return resource === undefined ? undefined : { kind: 'group', name: resource };
  }
  if (namespace === undefined || name === undefined || rest.length === 0) return undefined;
  return { kind: 'object', namespace, resource, name, subresource: rest.join('/') };
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
