import {
  type HarvesterSetting,
  hasReason,
  type KeyPair,
  type Kind,
  type KubeObject,
  type NetworkAttachmentDefinition,
  type ObjectRef,
  type PersistentVolumeClaim,
  type StorageClass,
  type Stored,
  unavailable,
  type VirtualMachine,
  type VirtualMachineImage,
  type VirtualMachineInstance,
  type VirtualMachineTemplateVersion,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import type { ImageFiles } from './image/files.js';
import type { Transfers } from './image/transfers.js';
import type { Machines } from './machine/machines.js';

/**
 * The cluster as admission and request handlers see it: known only once the API server runs, hence `Late`. Everything is read
 * from informers, as of a moment ago, as Kubernetes' own admission does.
 */
export interface View {
  readonly client: Client;
  readonly settings: Informer<HarvesterSetting>;
  readonly images: Informer<VirtualMachineImage>;
  readonly keyPairs: Informer<KeyPair>;
  readonly networks: Informer<NetworkAttachmentDefinition>;
  readonly storageClasses: Informer<StorageClass>;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly machines: Informer<VirtualMachine>;
  readonly instances: Informer<VirtualMachineInstance>;
  readonly templateVersions: Informer<VirtualMachineTemplateVersion>;
  /** The processes of this host. */
  readonly running: Machines;
  readonly imageFiles: ImageFiles;
  readonly transfers: Transfers;
}

/**
 * An object as it is now, for who acts on it at a user's word: the user may have made it a moment ago, when no informer knows of
 * it yet. `undefined` when there is none.
 */
export function lookAt<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  ref: ObjectRef,
): Promise<Stored<T> | undefined> {
  return client.get(kind, ref).catch((error: unknown) => {
    if (!hasReason(error, 'NotFound')) throw error;
    return undefined;
  });
}

/** A value that comes later than those who need it: set once, empty before and after its time. */
export class Late<T> {
  #value: T | undefined;

  get value(): T | undefined {
    return this.#value;
  }

  /** @throws ApiError 503 before its time. */
  get required(): T {
    if (this.#value === undefined) throw unavailable('the cluster is starting');
    return this.#value;
  }

  /** Fills it in until the result is disposed. */
  fill(value: T): Disposable {
    this.#value = value;
    return {
      [Symbol.dispose]: () => {
        this.#value = undefined;
      },
    };
  }
}
