import { type ApiError, badRequest, invalid, invalidValue, type Json, type KubeObject } from '@drover/api';

/** How a body that was read is taken for an object: what was wrong with it, and how it is refused. */
export interface Decoding {
  /** What the body says twice, as warnings tell it. */
  readonly duplicates: readonly string[];
  /** Whether the object was made by the converter of maps, whose words about types differ. */
  readonly converted: boolean;
  /** The refusal of the object that the body made, for the reason given. */
  refuse(object: KubeObject, why: string): ApiError;
}

/** A body that is the object itself. */
export function objectDecoding(duplicates: readonly string[] = []): Decoding {
  return {
    duplicates,
    converted: false,
    refuse: ({ kind, apiVersion }, why) => {
      const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
      return badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`);
    },
  };
}

/** A JSON patch or merge patch: what it made of the object is told as a whole. */
export function patchDecoding(duplicates: readonly string[]): Decoding {
  return { duplicates, converted: false, refuse: (object, why) => refusePatch(JSON.stringify(object), why) };
}

/** A strategic merge patch: the patch is told; `printed` is how. */
export function strategicDecoding(duplicates: readonly string[], printed: string): Decoding {
  return { duplicates, converted: true, refuse: (_object, why) => refusePatch(printed, why) };
}

/** What is applied: of what is wrong with it, only fields given twice are left to be told. */
export function applyDecoding(duplicates: readonly string[]): Decoding {
  return {
    duplicates,
    converted: true,
    refuse: (_object, why) => badRequest(why.replace(/^strict decoding error: (yaml: )?/, strictPrefix)),
  };
}

const strictPrefix = (_all: string, yaml?: string): string =>
  `error strict decoding YAML: ${yaml === undefined ? '' : `error converting YAML to JSON: ${yaml}`}`;

function refusePatch(value: Json, why: string): ApiError {
  return invalid({ group: '', plural: '', kind: '' }, '', [invalidValue('patch', value, why)]);
}
