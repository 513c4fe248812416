import { notSupported, required, type StatusCause } from '@drover/api';
import { parseNanos } from '@drover/kit';
import { type Fields, inner, objectsIn } from './absent.js';

/** What a container may be told of its own resources (core v1 validation). */
const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const HUGE_PAGES = /^(limits|requests)\.hugepages-/;

const CPU = ['1m', '1'];
const BYTES = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** What divisors may be, in the words of a refusal. */
const DIVISORS: Readonly<
  Record<string, { readonly of: readonly string[]; readonly told: string; readonly what: string }>
> = {
  cpu: { of: CPU, told: CPU.join(' and '), what: 'cpu' },
  memory: { of: BYTES, told: BYTES.join(', '), what: 'memory' },
  'ephemeral-storage': { of: BYTES, told: BYTES.join(', '), what: 'local ephemeral storage' },
  hugepages: { of: BYTES, told: BYTES.join(', '), what: 'hugepages' },
};

/** What is wrong with what a pod's variables and volumes are to say of its resources; `field` is where its spec is. */
export function resourceFieldCauses(spec: Fields | undefined, field: string): StatusCause[] {
  const ofContainers = ['initContainers', 'containers'].flatMap((list) =>
    objectsIn(spec?.[list]).flatMap((container, index) => variableCauses(container, `${field}.${list}[${index}]`)),
  );
  const ofVolumes = objectsIn(spec?.['volumes']).flatMap((volume, index) =>
    volumeCauses(volume, `${field}.volumes[${index}]`),
  );
  return [...ofVolumes, ...ofContainers];
}

function variableCauses(container: Fields, field: string): StatusCause[] {
  return objectsIn(container['env']).flatMap((variable, index) => {
    const reference = inner(variable, 'valueFrom', 'resourceFieldRef');
    return reference === undefined
      ? []
      : causesOf(reference, `${field}.env[${index}].valueFrom.resourceFieldRef`, false);
  });
}

function volumeCauses(volume: Fields, field: string): StatusCause[] {
  const projected = objectsIn(inner(volume, 'projected')?.['sources']).map((source, index) => ({
    downward: inner(source, 'downwardAPI'),
    at: `${field}.projected.sources[${index}].downwardAPI`,
  }));
  return [{ downward: inner(volume, 'downwardAPI'), at: `${field}.downwardAPI` }, ...projected].flatMap(
    ({ downward, at }) =>
      objectsIn(downward?.['items']).flatMap((item) => {
        const reference = inner(item, 'resourceFieldRef');
        // Kubernetes does not say which of the items it is.
        return reference === undefined ? [] : causesOf(reference, `${at}.resourceFieldRef`, true);
      }),
  );
}

function causesOf(reference: Fields, field: string, ofVolume: boolean): StatusCause[] {
  const { containerName = '', resource = '', divisor } = reference;
  const named = String(resource);
  return [
    ...nameCauses(String(containerName), named, field, ofVolume),
    ...divisorCauses(named, String(divisor ?? '0'), `${field}.divisor`),
  ];
}

function nameCauses(containerName: string, resource: string, field: string, ofVolume: boolean): StatusCause[] {
  if (ofVolume && containerName === '') return [required(`${field}.containerName`)];
  if (resource === '') return [required(`${field}.resource`)];
  if (RESOURCES.includes(resource) || HUGE_PAGES.test(resource)) return [];
  return [notSupported(`${field}.resource`, resource, RESOURCES)];
}

function divisorCauses(resource: string, divisor: string, field: string): StatusCause[] {
  const kind = HUGE_PAGES.test(resource) ? 'hugepages' : resource.replace(/^(limits|requests)\./, '');
  const allowed = RESOURCES.includes(resource) || kind === 'hugepages' ? DIVISORS[kind] : undefined;
  if (allowed === undefined || allowed.of.includes(divisor) || parseNanos(divisor) === 0n) return [];
  const why = `only divisor's values ${allowed.told} are supported with the ${allowed.what} resource`;
  return [{ reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(resource)}: ${why}`, field }];
}
