import { dns1035Label, dnsSubdomain, invalidTyped, pathSegment, required, type StatusCause } from '@drover/api';
import type { APIService, APIServiceSpec } from '@drover/api/types/apiregistration-v1';
import type { Strategy } from '../catalog/strategy.js';
import { timestamp } from '../registry/core.js';
import { absent, inner, loose } from './absent.js';
import { plain, statusAlone } from './plain.js';

const GROUP_PRIORITY = 20_000;
const VERSION_PRIORITY = 1_000;

/** Registrations of group versions: those without a Service are served here, and always available. */
export const apiService: Strategy = {
  ...plain,
  ...statusAlone,
  // The name is the version and the group: what these may be is asked of them.
  nameRule: pathSegment,
  fill: (object) => absent(inner(loose(object), 'spec', 'service'), 'port', 443),
  prepareForCreate: (object, { clock }) => {
    if (inner(loose(object), 'spec', 'service') !== undefined) return;
    const available = {
      type: 'Available',
      status: 'True',
      lastTransitionTime: timestamp(clock.now()),
      reason: 'Local',
      message: 'Local APIServices are always available',
    };
    loose(object)['status'] = { conditions: [available] };
  },
  validate: (object) => causes(object as APIService),
};

function causes({ metadata, spec }: APIService): StatusCause[] {
  if (spec === undefined) return [required('spec')];
  const { group = '', version = '' } = spec;
  const { name = '' } = metadata;
  const wanted = `${version}.${group}`;
  const found: StatusCause[] = [];
  if (name !== wanted) {
    found.push(
      invalidTyped('metadata.name', name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`),
    );
  }
  const badGroup = group === '' ? undefined : dnsSubdomain(group);
  const badVersion = dns1035Label(version);
  if (group === '' && version !== 'v1') {
    found.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  }
  if (badGroup !== undefined) found.push(invalidTyped('spec.group', group, badGroup));
  if (badVersion !== undefined) found.push(invalidTyped('spec.version', version, badVersion));
  return [...found, ...priorityCauses(spec), ...serviceCauses(spec)];
}

function priorityCauses({ groupPriorityMinimum, versionPriority }: APIServiceSpec): StatusCause[] {
  const checked: readonly (readonly [field: string, value: number, most: number])[] = [
    ['spec.groupPriorityMinimum', groupPriorityMinimum, GROUP_PRIORITY],
    ['spec.versionPriority', versionPriority, VERSION_PRIORITY],
  ];
  return checked
    .filter(([, value, most]) => value <= 0 || value > most)
    .map(([field, value, most]) => invalidTyped(field, value, `must be positive and less than ${most}`));
}

function serviceCauses({ service, caBundle = '', insecureSkipTLSVerify = false }: APIServiceSpec): StatusCause[] {
  const found: StatusCause[] = [];
  if (service === undefined) {
    if (caBundle !== '') {
      found.push(
        invalidTyped('spec.caBundle', `${caBundle.length} bytes`, 'local APIServices may not have a caBundle'),
      );
    }
    if (insecureSkipTLSVerify) {
      const why = 'local APIServices may not have insecureSkipTLSVerify';
      found.push(invalidTyped('spec.insecureSkipTLSVerify', true, why));
    }
    return found;
  }
  const { name = '', namespace = '', port = 443 } = service;
  if (namespace === '') found.push(required('spec.service.namespace'));
  if (name === '') found.push(required('spec.service.name'));
  if (port < 1 || port > 65_535) {
    const why = 'port is not valid: must be between 1 and 65535, inclusive';
    found.push(invalidTyped('spec.service.port', port, why));
  }
  if (insecureSkipTLSVerify && caBundle !== '') {
    found.push(invalidTyped('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
  }
  return found;
}
