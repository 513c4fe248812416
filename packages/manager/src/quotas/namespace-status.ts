import { isJsonObject, type Json, type JsonObject } from '@drover/api';
import { rfc3339 } from '@drover/controller';

/** Where Rancher tells what became of a namespace: `{"Conditions":[…]}`. Reference `rancher.md`, 5.9. */
export const NAMESPACE_STATUS = 'cattle.io/status';

/** What is known of a namespace now. */
export interface NamespaceObservation {
  readonly type: 'ResourceQuotaInit' | 'ResourceQuotaValidated';
  readonly status: 'True' | 'False';
  /** Empty where all is well. */
  readonly message: string;
}

const OURS: readonly string[] = [
  'ResourceQuotaInit',
  'ResourceQuotaValidated',
] satisfies NamespaceObservation['type'][];

/**
 * The status annotation with what was observed in place of what it said about quotas; `text` itself when it says that already.
 * Others write into it as well: what it says otherwise stays. `undefined`: there is nothing to say.
 */
export function observedStatus(
  text: string | undefined,
  observed: readonly NamespaceObservation[],
  now: number,
): string | undefined {
  const status = parsed(text);
  const before = conditionsIn(status);
  const own = before.filter(({ Type }) => OURS.includes(String(Type)));
  const same =
    own.length === observed.length &&
    observed.every(({ type, status: is, message }) =>
      own.some((each) => each['Type'] === type && each['Status'] === is && (each['Message'] ?? '') === message),
    );
  if (same) return text;
  const LastUpdateTime = rfc3339(now);
  const conditions = [
    ...before.filter(({ Type }) => !OURS.includes(String(Type))),
    ...observed.map(
      ({ type, status: is, message }): JsonObject => ({ Type: type, Status: is, Message: message, LastUpdateTime }),
    ),
  ];
  if (conditions.length === 0 && Object.keys(status).every((key) => key === 'Conditions')) return undefined;
  return JSON.stringify({ ...status, Conditions: conditions });
}

/** Whether the annotation says anything about quotas. */
export const saysOfQuota = (text: string | undefined): boolean => OURS.some((type) => text?.includes(type) === true);

function parsed(text: string | undefined): JsonObject {
  try {
    const value = JSON.parse(text ?? '{}') as Json;
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

function conditionsIn({ Conditions }: JsonObject): JsonObject[] {
  return Array.isArray(Conditions) ? Conditions.filter(isJsonObject) : [];
}
