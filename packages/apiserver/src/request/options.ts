import { badRequest, invalid, type StatusCause } from '@drover/api';

/** Go's bool conversion as Kubernetes uses it: present is true unless it says otherwise. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

/**
 * A parameter that is a whole number of Go's type int64.
 *
 * @throws ApiError BadRequest as Go words it.
 */
export function count(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const number = BigInt(text.replace('+', ''));
  if (BigInt.asIntN(64, number) !== number)
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  return Number(number);
}

/** 422 for options that break rules; `kind` is theirs in meta.k8s.io. Nothing is thrown where there are no causes. */
export function refuseOptions(kind: string, causes: readonly StatusCause[]): void {
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', plural: '', kind }, '', causes);
}
