import { ApiError, badRequest, conflict, invalid, invalidValue, type KubeObject, type StatusCause } from '@drover/api';
import type { WriteContext } from './core.js';
import { MODIFIED } from './refusal.js';

/** Whether the sender named a revision, which must then be the present one. */
export function checkRevision(
  context: WriteContext,
  sent: KubeObject,
  old: KubeObject,
  { replace }: { readonly replace: boolean },
): boolean {
  const { definition } = context.served;
  const name = old.metadata.name ?? '';
  const asked = requireRevision(sent);
  if (asked === '' || asked === '0') {
    if (replace && definition.strategy.unconditionalUpdate !== true) {
      const message = 'Invalid value: 0x0: must be specified for an update';
      const cause: StatusCause = { reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' };
      // Named by its plural here, and nowhere else.
      throw invalid({ ...definition, kind: definition.plural }, name, [cause]);
    }
    return false;
  }
  if (asked !== old.metadata.resourceVersion) throw conflict(definition, name, MODIFIED);
  // A patch carries the present revision along without meaning it.
  return replace;
}

/**
 * The revision that an object names, or ''.
 *
 * @throws ApiError for what is no revision.
 */
export function requireRevision({ metadata }: KubeObject): string {
  const asked = metadata.resourceVersion ?? '';
  if (/^\d*$/.test(asked)) return asked;
  throw new ApiError('Unknown', `strconv.ParseUint: parsing ${JSON.stringify(asked)}: invalid syntax`);
}

/** @throws ApiError for a new object that names a revision. What is none is not looked at. */
export function refuseRevision({ metadata }: KubeObject): void {
  if (/^0*[1-9]\d*$/.test(metadata.resourceVersion ?? '')) {
    throw new ApiError('Unknown', 'resourceVersion should not be set on objects to be created');
  }
}

/** @throws ApiError BadRequest for an object that has not the name of the URL. */
export function refuseOtherName({ metadata }: KubeObject, name: string): void {
  const said = metadata.name ?? '';
  if (said === '')
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (said !== name) throw badRequest(`the name of the object (${said}) does not match the name on the URL (${name})`);
}

/** A replacement may insist on the object that it was made for; otherwise the UID is nobody's to change. */
export function checkUid(
  { served, namespace }: WriteContext,
  sent: KubeObject,
  old: KubeObject,
  { replace }: { readonly replace: boolean },
): void {
  const { definition } = served;
  const { name = '', uid: present = '' } = old.metadata;
  const { uid = '' } = sent.metadata;
  if (uid === '' || uid === present) return;
  if (!replace) throw invalid(definition, name, [invalidValue('metadata.uid', uid, 'field is immutable')]);
  const { group, plural, builtin } = definition;
  const key = ['/registry', ...(builtin ? [] : [group]), plural, ...(namespace ? [namespace] : []), name].join('/');
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${present}`;
  const told = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`;
  throw conflict(definition, name, told);
}
