import type { ProvisioningCluster } from '@drover/api';
import { type Message, message } from '../i18n/message.js';

/** A name with a value: a label or an environment variable of the form. */
export interface Pair {
  readonly name: string;
  readonly value: string;
}

/** What importing a cluster asks for. */
export interface ImportForm {
  readonly name: string;
  readonly description: string;
  readonly labels: readonly Pair[];
  readonly agentEnvVars: readonly Pair[];
}

/** The workspace that clusters are imported into. */
export const FLEET_NAMESPACE = 'fleet-default';

/** A form as it is first shown. */
export const emptyImport: ImportForm = { name: '', description: '', labels: [], agentEnvVars: [] };

const NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/** What is wrong with the form, by field: `name`, `labels.0`, `agentEnvVars.1`. `taken` are the names in use. */
export function importFaults(form: ImportForm, taken: readonly string[]): ReadonlyMap<string, Message> {
  const faults = new Map<string, Message>();
  if (!NAME.test(form.name)) faults.set('name', message('import.fault.name'));
  else if (taken.includes(form.name)) faults.set('name', message('import.fault.taken', { name: form.name }));
  form.labels.forEach(({ name, value }, index) => {
    if (!LABEL_KEY.test(name) || !LABEL_VALUE.test(value)) faults.set(`labels.${index}`, message('import.fault.label'));
  });
  form.agentEnvVars.forEach(({ name }, index) => {
    if (!ENV_NAME.test(name)) faults.set(`agentEnvVars.${index}`, message('import.fault.env'));
  });
  return faults;
}

/** The object that the form asks for. */
export function importObject({ name, description, labels, agentEnvVars }: ImportForm): ProvisioningCluster {
  return {
    apiVersion: 'provisioning.cattle.io/v1',
    kind: 'Cluster',
    metadata: {
      name,
      namespace: FLEET_NAMESPACE,
      labels: {
        ...Object.fromEntries(labels.map((label) => [label.name, label.value])),
        'provider.cattle.io': 'harvester',
      },
      ...(description === '' ? {} : { annotations: { 'field.cattle.io/description': description } }),
    },
    spec: { agentEnvVars: agentEnvVars.map(({ name, value }) => ({ name, value })) },
  };
}
