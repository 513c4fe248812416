import { invalid, type KubeObject, type StatusCause } from '@drover/api';
import { authorize } from '../auth/authorize.js';
import { customResourceCauses } from '../crd/custom-resource-causes.js';
import type { AdmissionRequest } from './admission.js';
import { admissionRequest } from './admission-request.js';
import { type Core, strategyContext, type WriteContext } from './core.js';
import { finalizerWarnings, metadataRules, validateMetadata } from './metadata.js';
import { keepManagers } from './ownership.js';

/** Nothing is waited for but rules that take longer than a turn. @throws ApiError Invalid, with each cause. */
function validate(
  core: Core,
  context: WriteContext,
  object: KubeObject,
  old: KubeObject | undefined,
): Promise<void> | undefined {
  const { definition, version } = context.served;
  const schema = version.schema();
  const helpers = strategyContext(core, context);
  const causes = validateMetadata(object.metadata, metadataRules(definition), old?.metadata);
  const judge = (found: readonly StatusCause[]): void => {
    causes.push(...found.filter(({ field = '' }) => !field.startsWith('metadata.')));
    // The kind's own rules may rely on the shape that the schema promises.
    if (causes.length === 0) causes.push(...(definition.strategy.validate?.(object, old, helpers) ?? []));
    if (causes.length > 0) throw invalid(definition, object.metadata.name ?? '', causes);
    if (definition.builtin) return;
    for (const warning of finalizerWarnings(object.metadata, old?.metadata)) helpers.warn(warning);
  };
  const found = definition.builtin
    ? schema.validate(object)
    : customResourceCauses(schema, object, old, causes, helpers.warn);
  if (found instanceof Promise) return found.then(judge);
  judge(found);
  return undefined;
}

/** The object as the steps leave it that see it before it is checked. */
export async function mutate(
  core: Core,
  context: WriteContext,
  operation: 'CREATE' | 'UPDATE',
  object: KubeObject,
  old: KubeObject | undefined,
): Promise<KubeObject> {
  const request = admissionRequest(context, operation, object.metadata.name ?? '', statesOf(object, old));
  const mutated = completed(context, object, await core.admission.mutate(request));
  return mutated === object ? object : keepManagers(mutated, object, request);
}

/** The valid object as the steps leave it that see it so, within what its writer may write. */
export async function admit(
  core: Core,
  context: WriteContext,
  operation: 'CREATE' | 'UPDATE',
  object: KubeObject,
  old: KubeObject | undefined,
): Promise<KubeObject> {
  const { admission } = core;
  const validated = validate(core, context, object, old);
  if (validated !== undefined) await validated;
  const request = admissionRequest(context, operation, object.metadata.name ?? '', statesOf(object, old));
  const reviewed = admission.review(request);
  const admitted = completed(context, object, reviewed instanceof Promise ? await reviewed : reviewed);
  if (admitted !== object) await validate(core, context, admitted, old);
  if (context.createUnasked === true) authorizeCreate(core, context, admitted);
  context.served.definition.strategy.authorizeWrite?.(admitted, old, strategyContext(core, context));
  await admission.validate(admitted === object ? request : { ...request, object: admitted });
  return admitted;
}

function authorizeCreate(
  { rights }: Core,
  { served, namespace, identity }: WriteContext,
  { metadata }: KubeObject,
): void {
  const { group, plural } = served.definition;
  const place = namespace === undefined ? {} : { namespace };
  authorize(rights, identity, { verb: 'create', group, resource: plural, name: metadata.name ?? '', ...place });
}

function statesOf(object: KubeObject, old: KubeObject | undefined): { object: KubeObject; old?: KubeObject } {
  return old === undefined ? { object } : { object, old };
}

function completed({ served }: WriteContext, object: KubeObject, changed: AdmissionRequest['object']): KubeObject {
  if (changed === undefined || changed === object) return object;
  const schema = served.version.schema();
  return schema.withDefaults(schema.prune(changed).object);
}
