import type { KubeObject, StatusCause } from '@drover/api';
import { dns1035Label } from '@drover/api';
import type { Strategy, StrategyContext } from '../catalog/strategy.js';
import { absent, inner, loose, made, objectsIn } from './absent.js';
import { plain } from './plain.js';

/** Service addresses come from 10.43.0.0/16, as in Rancher's own distributions; the first is the API server's. */
const NETWORK = [10, 43] as const;
/** Address of the `kubernetes` Service. */
export const API_SERVER_ADDRESS = `${NETWORK.join('.')}.0.1`;
/** Addresses below are for fixed use. */
const FIRST = 256;
const LAST = 65_534;

/** Services get an address of their own and keep it. */
export const service: Strategy = {
  ...plain,
  nameRule: dns1035Label,
  fill: (object) => {
    const spec = made(loose(object), 'spec');
    absent(spec, 'type', 'ClusterIP');
    absent(spec, 'sessionAffinity', 'None');
    for (const port of objectsIn(spec?.['ports'])) {
      absent(port, 'protocol', 'TCP');
      absent(port, 'targetPort', port['port']);
    }
    if (spec?.['type'] === 'ExternalName') return;
    absent(spec, 'internalTrafficPolicy', 'Cluster');
    absent(spec, 'ipFamilies', ['IPv4']);
    absent(spec, 'ipFamilyPolicy', 'SingleStack');
  },
  prepareForCreate: (object, context) => {
    const spec = made(loose(object), 'spec');
    loose(object)['status'] = { loadBalancer: {} };
    if (spec === undefined || spec['type'] === 'ExternalName') return;
    if (spec['clusterIP'] === undefined || spec['clusterIP'] === '') spec['clusterIP'] = freeAddress(context);
    spec['clusterIPs'] = [spec['clusterIP']];
  },
  prepareForUpdate: (object, old) => {
    const spec = made(loose(object), 'spec');
    const before = inner(loose(old), 'spec');
    if (spec === undefined || spec['type'] === 'ExternalName') return;
    for (const field of ['clusterIP', 'clusterIPs']) absent(spec, field, before?.[field]);
  },
  validate: (object, old) => (old === undefined ? [] : addressCauses(object, old)),
};

function addressCauses(object: KubeObject, old: KubeObject): StatusCause[] {
  const address = inner(loose(object), 'spec')?.['clusterIP'];
  const before = inner(loose(old), 'spec')?.['clusterIP'];
  if (before === undefined || address === undefined || address === before) return [];
  const message = `Invalid value: ${JSON.stringify(address)}: field is immutable`;
  return [{ reason: 'FieldValueInvalid', message, field: 'spec.clusterIP' }];
}

function freeAddress({ objects, random }: StrategyContext): string {
  const taken = new Set(
    objects.list({ group: '', plural: 'services' }).map((object) => inner(loose(object), 'spec')?.['clusterIP']),
  );
  const [high = 0, low = 0] = random(2);
  const start = (high << 8) | low;
  for (let step = 0; step < LAST - FIRST; step++) {
    const number = FIRST + ((start + step) % (LAST - FIRST));
    const address = `${NETWORK.join('.')}.${number >> 8}.${number & 255}`;
    if (!taken.has(address)) return address;
  }
  return 'None';
}
