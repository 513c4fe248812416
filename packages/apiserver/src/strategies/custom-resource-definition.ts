import type { KubeObject } from '@drover/api';
import type { CustomResourceDefinition } from '@drover/api/types/apiextensions-v1';
import type { Strategy, StrategyContext } from '../catalog/strategy.js';
import { definitionCauses } from '../crd/definition-causes.js';
import { settledStatus, terminatingStatus } from '../crd/definition-status.js';
import { timestamp } from '../registry/core.js';
import { absent, inner, loose, made, objectsIn } from './absent.js';
import { counted } from './plain.js';

/** Holds a definition until its objects are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

const DEFINITIONS = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };

/** Definitions of kinds: served from the moment they are stored, which their conditions say. */
export const customResourceDefinition: Strategy = {
  ...counted,
  statusDisownsMetadata: true,
  fill: (object) => {
    const spec = made(loose(object), 'spec');
    if (spec?.['conversion'] === undefined) absent(made(spec, 'conversion'), 'strategy', 'None');
    absent(inner(spec, 'conversion', 'webhook', 'clientConfig', 'service'), 'port', 443);
    const names = made(spec, 'names');
    const kind = names?.['kind'];
    if (typeof kind === 'string' && kind !== '') {
      absent(names, 'singular', kind.toLowerCase());
      absent(names, 'listKind', `${kind}List`);
    }
    present(object);
  },
  prepareForCreate: (object, context) => {
    object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), CLEANUP_FINALIZER])];
    settle(object, undefined, context);
  },
  prepareForUpdate: (object, old, part, context) => {
    if (part === 'main') settle(object, old, context);
  },
  validate: (object, old) =>
    definitionCauses(object as CustomResourceDefinition, old as CustomResourceDefinition | undefined),
  markDeleted: (object) => {
    const definition = object as CustomResourceDefinition;
    definition.status = terminatingStatus(definition);
  },
};

/** What has to be there and is not is empty text: the kind's own rules say so, all at once, as upstream's do. */
function present(object: KubeObject): void {
  const spec = inner(loose(object), 'spec');
  for (const field of ['group', 'scope']) absent(spec, field, '');
  for (const field of ['plural', 'kind']) absent(inner(spec, 'names'), field, '');
  absent(inner(spec, 'conversion'), 'strategy', '');
  absent(spec, 'versions', []);
  for (const version of objectsIn(spec?.['versions'])) {
    for (const field of objectsIn(version['selectableFields'])) absent(field, 'jsonPath', '');
    for (const column of objectsIn(version['additionalPrinterColumns']))
      for (const field of ['name', 'type', 'jsonPath']) absent(column, field, '');
    const scale = inner(version, 'subresources', 'scale');
    for (const field of ['specReplicasPath', 'statusReplicasPath']) absent(scale, field, '');
  }
}

/** Says in the object's status which names it got, which versions may be stored, and whether it is served. */
function settle(object: KubeObject, old: KubeObject | undefined, { clock, objects }: StrategyContext): void {
  if (!isReadable(object)) return;
  const definition = object as CustomResourceDefinition;
  const { status } = (old ?? {}) as Partial<CustomResourceDefinition>;
  const others = objects.list(DEFINITIONS) as readonly CustomResourceDefinition[];
  definition.status = settledStatus(
    { ...definition, ...(status === undefined ? {} : { status }) },
    others,
    timestamp(clock.now()),
  );
}

/** Whether the parts that a status is made from have their shape; validation tells of those that do not. */
function isReadable(object: KubeObject): boolean {
  const spec = inner(loose(object), 'spec');
  const names = inner(spec, 'names');
  const texts = [spec?.['group'], names?.['plural'], names?.['kind']];
  const lists = [names?.['shortNames'], names?.['categories']];
  return (
    texts.every((text) => typeof text === 'string') &&
    lists.every((list) => list === undefined || Array.isArray(list)) &&
    Array.isArray(spec?.['versions'])
  );
}
