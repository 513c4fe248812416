import { ObjectConfiguredAdmission } from '../admission/configured-admission.js';
import { defaultPriorityClass } from '../admission/default-priority-class.js';
import { defaultStorageClass } from '../admission/default-storage-class.js';
import { podAccount } from '../admission/pod-account.js';
import { podPriority } from '../admission/pod-priority.js';
import { storageProtection as inUseProtection } from '../admission/storage-protection.js';
import type { Rights } from '../catalog/strategy.js';
import { measuredStore } from '../metrics/measured-store.js';
import type { Metrics } from '../metrics/metrics.js';
import { limitBounds, limitDefaults } from '../quota/limit-admission.js';
import { QuotaAdmission } from '../quota/quota-admission.js';
import { Admission } from '../registry/admission.js';
import type { Core } from '../registry/core.js';
import type { ApiServerOptions } from '../server-options.js';
import { KeyLock } from '../storage/lock.js';
import type { Kinds } from './kinds.js';

/** What objects are read from and written to, and who has a say in that. */
export function coreOf(
  { store, clock, random, log, admission = [], quotaMeasures = [], storageProtection = true }: ApiServerOptions,
  { catalog, decoded, reader, webhooks }: Kinds,
  rights: Rights,
  metrics: Metrics,
  signal: AbortSignal,
): Core {
  return {
    store: measuredStore(store, clock, (operation, kind, seconds) => metrics.stored(operation, kind, seconds)),
    catalog,
    decoded,
    lock: new KeyLock(),
    admission: new Admission({
      completing: [
        limitDefaults(reader),
        podAccount(reader),
        podPriority(reader),
        defaultStorageClass(reader),
        ...(storageProtection ? [inUseProtection] : []),
      ],
      configured: new ObjectConfiguredAdmission(
        store,
        { catalog, objects: reader, rights, caller: webhooks, random, clock, log, metrics: metrics.admission },
        signal,
      ),
      plugins: [...admission, limitBounds(reader), defaultPriorityClass(reader)],
      last: [new QuotaAdmission(store, reader, clock, signal, quotaMeasures)],
      account: { clock, metrics: metrics.admission },
    }),
    reader,
    rights,
    clock,
    random,
    log,
  };
}
