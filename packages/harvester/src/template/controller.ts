import {
  type Stored,
  type VirtualMachineTemplate,
  type VirtualMachineTemplateVersion,
  virtualMachineTemplates,
  virtualMachineTemplateVersions,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  type Controller,
  createController,
  done,
  ownerReference,
  type Result,
  setRancherCondition,
  updateStatus,
  updateWithRetry,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';

/** Versions are found by this label of theirs. */
const TEMPLATE_ID = 'template.harvesterhci.io/templateID';

/** What the template controller needs. */
export interface TemplateControllerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly templates: Informer<VirtualMachineTemplate>;
  readonly versions: Informer<VirtualMachineTemplateVersion>;
}

/** Numbers the versions of each template, one after the other, and makes the first one the default. */
export function templateController(options: TemplateControllerOptions): Controller {
  const { clock, random, log, templates, versions } = options;
  return createController({
    name: 'virtual-machine-template',
    reconcile: ({ namespace, name }) => reconcile(templates.get(namespace, name), options),
    sources: [
      watches(templates),
      watches(versions, {
        map: ({ spec }) => {
          const [namespace, name = ''] = spec.templateId.split('/');
          return [{ namespace, name }];
        },
      }),
    ],
    clock,
    random,
    log,
  });
}

async function reconcile(
  template: Stored<VirtualMachineTemplate> | undefined,
  options: TemplateControllerOptions,
): Promise<Result> {
  if (template === undefined || template.metadata.deletionTimestamp !== undefined) return done;
  const { client, versions } = options;
  const { namespace, name } = template.metadata;
  const own = versions.list(namespace).filter(({ spec }) => spec.templateId === `${namespace}/${name}`);
  let latest = Math.max(template.status?.latestVersion ?? 0, ...own.map(({ status }) => status?.version ?? 0));
  const unnumbered = own.filter(({ status }) => status?.version === undefined).sort(byAge);
  const numbers = new Map(own.map(({ metadata, status }) => [metadata.name, status?.version]));
  for (const version of unnumbered) {
    latest += 1;
    numbers.set(version.metadata.name, await number(version, latest, template, options));
  }
  const first = [...own].sort(byAge)[0]?.metadata.name;
  const defaultVersionId =
    template.spec?.defaultVersionId ?? (first === undefined ? undefined : `${namespace}/${first}`);
  if (defaultVersionId !== undefined && template.spec?.defaultVersionId !== defaultVersionId) {
    await updateWithRetry(client, virtualMachineTemplates, { namespace, name }, (object) => ({
      ...object,
      spec: { ...object.spec, defaultVersionId },
    }));
  }
  const defaultVersion = numbers.get(defaultVersionId?.split('/')[1] ?? '');
  await updateStatus(client, virtualMachineTemplates, { namespace, name }, (object) => {
    object.status = {
      ...object.status,
      latestVersion: latest,
      ...(defaultVersion === undefined ? {} : { defaultVersion }),
    };
  });
  return done;
}

const byAge = (a: Stored<VirtualMachineTemplateVersion>, b: Stored<VirtualMachineTemplateVersion>): number =>
  a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp) ||
  a.metadata.name.localeCompare(b.metadata.name);

async function number(
  version: Stored<VirtualMachineTemplateVersion>,
  next: number,
  template: Stored<VirtualMachineTemplate>,
  { client, clock }: TemplateControllerOptions,
): Promise<number> {
  const { namespace, name } = version.metadata;
  const written = await updateWithRetry(client, virtualMachineTemplateVersions, { namespace, name }, (object) => {
    if (object.status?.version !== undefined) return undefined;
    const conditions = setRancherCondition(
      object.status?.conditions,
      { type: 'assigned', status: 'True' },
      clock.now(),
    );
    return {
      ...object,
      metadata: {
        ...object.metadata,
        labels: { ...object.metadata.labels, [TEMPLATE_ID]: template.metadata.name },
        ownerReferences: [ownerReference(virtualMachineTemplates, template)],
      },
      status: {
        ...object.status,
        version: next,
        conditions: setRancherCondition(conditions, { type: 'ready', status: 'True' }, clock.now()),
      },
    };
  });
  return written.status?.version ?? next;
}
