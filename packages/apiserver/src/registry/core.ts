import type { Identity, JsonObject, KubeObject, Stored } from '@drover/api';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { Store } from '@drover/store';
import type { ResourceCatalog } from '../catalog/catalog.js';
import type { Served } from '../catalog/definition.js';
import type { ObjectReader, Part, Rights, StrategyContext } from '../catalog/strategy.js';
import type { Decoding } from '../request/decoding.js';
import type { DecodedObjects } from '../storage/decoded.js';
import type { KeyLock } from '../storage/lock.js';
import type { Admission } from './admission.js';

/** What every verb works on. */
export interface Core {
  readonly store: Store;
  readonly catalog: ResourceCatalog;
  readonly decoded: DecodedObjects;
  readonly lock: KeyLock;
  readonly admission: Admission;
  readonly reader: ObjectReader;
  readonly rights: Rights;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** An object as the server hands it out. */
export type StoredObject = Stored<KubeObject>;

/** How strictly unknown fields are taken (query parameter `fieldValidation`). */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** Who writes what, and how. */
export interface WriteContext {
  readonly served: Served;
  readonly namespace: string | undefined;
  readonly identity: Identity;
  readonly part: Part;
  readonly dryRun: boolean;
  /** Whether it is a server-side apply, which goes by the managed fields that it leaves. */
  readonly applies?: boolean;
  /** Whether it was let in as a change and comes to a creation, for which nobody asked yet whether it is allowed. */
  readonly createUnasked?: boolean;
  /** Named in managedFields. */
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  readonly decoding: Decoding;
  /** The request's options, as admission is told them (meta/v1 CreateOptions, UpdateOptions, PatchOptions, DeleteOptions). */
  readonly options: JsonObject;
  /** Sentences for the caller's `Warning` headers; the write adds its own. */
  readonly warnings: string[];
  /** Adds to the request's audit event. */
  annotate(key: string, value: string): void;
}

/** The state a write leaves: stored bytes, and their revision unless nothing was stored. */
export interface Written {
  readonly value: Uint8Array;
  readonly revision: number | undefined;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'deleted';
}

/** What a kind's strategy may look at during this write. */
export function strategyContext(
  { clock, random, reader, rights }: Core,
  { identity, warnings }: Pick<WriteContext, 'identity' | 'warnings'>,
): StrategyContext {
  return { clock, random, identity, objects: reader, rights, warn: warnIn(warnings) };
}

/** Adds sentences to a list, each once. */
export function warnIn(warnings: string[]): (sentence: string) => void {
  return (sentence) => {
    if (!warnings.includes(sentence)) warnings.push(sentence);
  };
}

/** The second that was told last: many writes share it. */
let told = { second: Number.NaN, text: '' };

/** The time as objects carry it: RFC 3339 with seconds. */
export function timestamp(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== told.second) told = { second, text: `${new Date(second * 1000).toISOString().slice(0, 19)}Z` };
  return told.text;
}
