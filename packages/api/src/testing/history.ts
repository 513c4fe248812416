import { FieldSet } from '../apply/field-set.js';
import { applyObject } from '../apply/server-side-apply.js';
import { updateManagedFields } from '../apply/update.js';
import type { Write } from '../apply/write.js';
import { ApiError } from '../errors.js';
import type { Json, JsonObject, KubeObject } from '../object.js';
import { machine, schemaOf } from './machine-schema.js';

const schema = schemaOf(machine);

/** Requests about one machine, one after the other, an hour apart. */
export class History {
  live: KubeObject | undefined;
  #hour = 0;

  constructor(readonly options: { -readonly [K in keyof Write]?: Write[K] } = {}) {}

  apply(manager: string, spec: JsonObject | undefined, request: Request = {}): this {
    const { force = false, version = 'v1' } = request;
    const write = this.#write(manager, request);
    this.live = applyObject({ live: this.#liveIn(version), applied: objectOf(spec, version), force }, write);
    return this;
  }

  force(manager: string, spec: JsonObject | undefined, request: Request = {}): this {
    return this.apply(manager, spec, { ...request, force: true });
  }

  update(manager: string, spec: JsonObject | undefined, request: Request = {}): this {
    const { version = 'v1' } = request;
    const write = this.#write(manager, request);
    this.live = updateManagedFields({ live: this.#liveIn(version), updated: objectOf(spec, version) }, write);
    return this;
  }

  get spec(): Json | undefined {
    return (this.live as unknown as JsonObject | undefined)?.['spec'];
  }

  /** The fields that each manager has, printed as messages print them, without `.spec`. */
  get owners(): Record<string, string[]> {
    const entries = this.live?.metadata.managedFields ?? [];
    return Object.fromEntries(
      entries.map(({ manager, operation, apiVersion, fieldsV1 = {} }) => [
        `${manager} ${operation === 'Apply' ? 'applies' : 'updates'}${apiVersion === 'v1' ? '' : ` ${apiVersion}`}`,
        [...FieldSet.decode(fieldsV1).paths()].map((path) => path.replace('.spec', '')),
      ]),
    );
  }

  /** The object as the server reads it for a request in another version. */
  #liveIn(version: string): KubeObject | undefined {
    if (this.live === undefined || this.live.apiVersion === version) return this.live;
    const converted = this.options.versions?.(version)?.convert(this.live);
    return { ...(converted ?? this.live), apiVersion: version } as KubeObject;
  }

  #write(manager: string, { subresource, version = 'v1' }: Request): Write {
    this.#hour += 1;
    const time = `2026-01-01T${String(this.#hour).padStart(2, '0')}:00:00Z`;
    const known = this.options.versions?.(version)?.schema ?? schema;
    return { manager, schema: known, time, ...(subresource === undefined ? {} : { subresource }), ...this.options };
  }
}

interface Request {
  readonly force?: boolean;
  readonly version?: string;
  readonly subresource?: string;
}

const objectOf = (spec: JsonObject | undefined, apiVersion: string): KubeObject =>
  ({
    apiVersion,
    kind: 'Machine',
    metadata: { name: 'one' },
    ...(spec ? { spec } : {}),
  }) as KubeObject;

/** Which fields conflict, with whom. */
export function conflictsOf(request: () => unknown): string[] {
  try {
    request();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return (error.details.causes ?? []).map(({ field, message }) => `${field?.replace('.spec', '')}: ${message}`);
  }
  return [];
}
