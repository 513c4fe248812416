import { createHash } from 'node:crypto';
import { type HarvesterSetting, harvesterSettings, type Stored } from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  type Controller,
  createController,
  done,
  type Result,
  setRancherCondition,
  updateWithRetry,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { settingProblem } from './effective.js';

/** Which value was acted on last: SHA-224 of it, as Harvester keeps it. */
export const HASH = 'harvesterhci.io/hash';

export const valueHash = (value: string): string => createHash('sha224').update(value).digest('hex');

/** Settings whose condition says what became of acting on them is set by who acts. */
const ACTED_ON_ELSEWHERE = ['cluster-registration-url'];

/** Says of each setting that carries a value whether the cluster goes by it: condition `configured`. */
export function settingController(options: {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly settings: Informer<HarvesterSetting>;
}): Controller {
  const { client, clock, random, log, settings } = options;
  return createController({
    name: 'setting',
    reconcile: ({ name }) => reconcile(settings.get(undefined, name), client, clock),
    sources: [watches(settings)],
    clock,
    random,
    log,
  });
}

async function reconcile(setting: Stored<HarvesterSetting> | undefined, client: Client, clock: Clock): Promise<Result> {
  if (setting === undefined || ACTED_ON_ELSEWHERE.includes(setting.metadata.name)) return done;
  const { value = '' } = setting;
  const seen = setting.metadata.annotations?.[HASH];
  // A setting that never had a value says nothing.
  if ((value === '' && seen === undefined) || seen === valueHash(value)) return done;
  await updateWithRetry(client, harvesterSettings, { name: setting.metadata.name }, (object) =>
    configured(object, settingProblem(object), clock.now()),
  );
  return done;
}

/** The setting with what became of its value: `configured` is True, or False with the reason in words. */
export function configured(
  setting: Stored<HarvesterSetting>,
  problem: string | undefined,
  now: number,
): HarvesterSetting {
  const { value = '' } = setting;
  const observed = {
    type: 'configured',
    status: value !== '' && problem === undefined ? ('True' as const) : ('False' as const),
    ...(problem === undefined ? {} : { reason: 'Error', message: problem }),
  };
  const conditions = setRancherCondition(setting.status?.conditions, observed, now);
  return {
    ...setting,
    metadata: { ...setting.metadata, annotations: { ...setting.metadata.annotations, [HASH]: valueHash(value) } },
    status: { ...setting.status, conditions },
  };
}
