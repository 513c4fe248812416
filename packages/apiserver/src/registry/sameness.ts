import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, KubeObject } from '@drover/api';

/** Whether nothing outside metadata, and status where that is a part of its own, differs: `generation` counts intents. */
export function sameIntent(object: KubeObject, old: KubeObject, ownStatus: boolean): boolean {
  const intentOf = (whole: KubeObject): JsonObject => {
    const { metadata: _metadata, status, apiVersion: _version, ...intent } = whole as KubeObject & JsonObject;
    return ownStatus ? intent : { ...intent, status };
  };
  return isDeepStrictEqual(intentOf(object), intentOf(old));
}

/** Whether a write would only renew the times in managedFields: then nothing is written, and watchers sleep on. */
export function unchanged(object: KubeObject, old: KubeObject): boolean {
  const timeless = ({ metadata, ...rest }: KubeObject): unknown => {
    const { managedFields = [], resourceVersion: _revision, ...others } = metadata;
    return { ...rest, metadata: { ...others, managedFields: managedFields.map(({ time: _time, ...entry }) => entry) } };
  };
  return isDeepStrictEqual(JSON.parse(JSON.stringify(timeless(object))), timeless(old));
}
