import {
  type AdmissionPlugin,
  invalid,
  keyPairs,
  type StatusCause,
  type VirtualMachineTemplateVersion,
  virtualMachineTemplates,
} from '@drover/api';
import { isHousekeeping } from '../housekeeping.js';
import { type Late, lookAt, type View } from '../view.js';

const SUBJECT = {
  group: 'harvesterhci.io',
  plural: 'virtualmachinetemplateversions',
  kind: 'VirtualMachineTemplateVersion',
};

/**
 * Refuses versions of templates that are not there, without CPU and memory limits, or with key pairs that are not there; and to
 * delete the version that a template begins with, unless the template goes too.
 */
export function templateAdmission(late: Late<View>): AdmissionPlugin {
  return {
    name: 'VirtualMachineTemplateVersion',
    resources: ['harvesterhci.io/virtualmachinetemplateversions'],
    async admit({ operation, subresource, namespace = '', name, object, old, identity }) {
      // The server has validated the objects against the schema of the kind.
      const version = object as VirtualMachineTemplateVersion | undefined;
      const before = old as VirtualMachineTemplateVersion | undefined;
      const view = late.value;
      if (view === undefined || subresource !== undefined) return undefined;
      if (operation === 'DELETE') {
        if (before !== undefined && !isHousekeeping(identity))
          await refuseDefault(before, `${namespace}/${name}`, view);
        return undefined;
      }
      // Metadata may change whatever rules the rest was admitted under: finalizers must come off.
      if (version === undefined || JSON.stringify(version.spec) === JSON.stringify(before?.spec)) return undefined;
      const causes = [
        ...(await templateCauses(version, namespace, view)),
        ...limitCauses(version),
        ...(await keyPairCauses(version, view)),
      ];
      if (causes.length > 0) throw invalid(SUBJECT, name, causes);
      return undefined;
    },
  };
}

const refOf = (id: string): { namespace: string; name: string } => {
  const [namespace = '', name = ''] = id.split('/');
  return { namespace, name };
};

async function refuseDefault({ spec }: VirtualMachineTemplateVersion, id: string, { client }: View): Promise<void> {
  const ref = refOf(spec.templateId);
  const template = ref.name === '' ? undefined : await lookAt(client, virtualMachineTemplates, ref);
  if (template === undefined || template.metadata.deletionTimestamp !== undefined) return;
  if (template.spec?.defaultVersionId !== id) return;
  const message = `it is the default version of template ${spec.templateId}; make another version the default first`;
  throw invalid(SUBJECT, refOf(id).name, [{ reason: 'FieldValueInvalid', field: 'metadata.name', message }]);
}

async function templateCauses(
  { spec }: VirtualMachineTemplateVersion,
  namespace: string,
  { client }: View,
): Promise<StatusCause[]> {
  const wrong = (message: string): StatusCause[] => [
    { reason: 'FieldValueInvalid', field: 'spec.templateId', message },
  ];
  const ref = refOf(spec.templateId);
  if (ref.namespace !== namespace || ref.name === '')
    return wrong(`"${spec.templateId}" names no template in namespace "${namespace}"; expected ${namespace}/NAME`);
  const template = await lookAt(client, virtualMachineTemplates, ref);
  return template === undefined ? wrong(`template "${spec.templateId}" not found`) : [];
}

function limitCauses({ spec }: VirtualMachineTemplateVersion): StatusCause[] {
  const limits = spec.vm?.spec?.template?.spec?.domain?.resources?.limits;
  return ['cpu', 'memory'].flatMap((resource) =>
    limits?.[resource] === undefined
      ? [
          {
            reason: 'FieldValueRequired',
            field: `spec.vm.spec.template.spec.domain.resources.limits.${resource}`,
            message: `a limit of ${resource} is required`,
          },
        ]
      : [],
  );
}

async function keyPairCauses({ spec }: VirtualMachineTemplateVersion, { client }: View): Promise<StatusCause[]> {
  const ids = spec.keyPairIds ?? [];
  const found = await Promise.all(
    ids.map((id) => (refOf(id).name === '' ? undefined : lookAt(client, keyPairs, refOf(id)))),
  );
  return ids.flatMap((id, index) =>
    found[index] === undefined
      ? [{ reason: 'FieldValueNotFound', field: `spec.keyPairIds[${index}]`, message: `key pair "${id}" not found` }]
      : [],
  );
}
