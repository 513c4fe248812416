import { type KeyPair, keyPairs, type Stored } from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  type Controller,
  createController,
  done,
  type Observation,
  type Result,
  setRancherCondition,
  updateWithRetry,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { fingerprint } from './fingerprint.js';

/** Gives each key pair its fingerprint, and says whether its key is one. */
export function keyPairController(options: {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly pairs: Informer<KeyPair>;
}): Controller {
  const { client, clock, random, log, pairs } = options;
  return createController({
    name: 'key-pair',
    reconcile: ({ namespace, name }) => reconcile(pairs.get(namespace, name), client, clock),
    sources: [watches(pairs)],
    clock,
    random,
    log,
  });
}

async function reconcile(pair: Stored<KeyPair> | undefined, client: Client, clock: Clock): Promise<Result> {
  if (pair === undefined || pair.metadata.deletionTimestamp !== undefined) return done;
  const { fingerPrint, observed } = judge(pair.spec.publicKey);
  if (pair.status?.fingerPrint === fingerPrint && pair.status.conditions !== undefined) return done;
  const { namespace, name } = pair.metadata;
  await updateWithRetry(client, keyPairs, { namespace, name }, (object) => ({
    ...object,
    status: { fingerPrint, conditions: setRancherCondition(object.status?.conditions, observed, clock.now()) },
  }));
  return done;
}

function judge(publicKey: string): { fingerPrint: string; observed: Observation } {
  try {
    return { fingerPrint: fingerprint(publicKey), observed: { type: 'validated', status: 'True' } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { fingerPrint: '', observed: { type: 'validated', status: 'False', reason: 'InvalidKey', message } };
  }
}
