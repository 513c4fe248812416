import type { FlowSchema, PriorityLevelConfiguration } from '../../generated/types/flowcontrol-v1.js';
import { AGE, type Column, figure, NAME, NONE, text } from '../column.js';

/** What a table shows of a FlowSchema. */
export const flowSchemaColumns: Column<FlowSchema>[] = [
  NAME,
  text('PriorityLevel', ({ spec }) => spec?.priorityLevelConfiguration.name ?? ''),
  figure('MatchingPrecedence', ({ spec }) => spec?.matchingPrecedence),
  text('DistinguisherMethod', ({ spec }) => spec?.distinguisherMethod?.type ?? NONE),
  AGE,
  text('MissingPL', ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?'),
];

/** What a table shows of a PriorityLevelConfiguration. */
export const priorityLevelColumns: Column<PriorityLevelConfiguration>[] = [
  NAME,
  text('Type', ({ spec }) => spec?.type ?? ''),
  figure('NominalConcurrencyShares', ({ spec }) => spec?.limited?.nominalConcurrencyShares),
  figure('Queues', ({ spec }) => spec?.limited?.limitResponse?.queuing?.queues),
  figure('HandSize', ({ spec }) => spec?.limited?.limitResponse?.queuing?.handSize),
  figure('QueueLengthLimit', ({ spec }) => spec?.limited?.limitResponse?.queuing?.queueLengthLimit),
  AGE,
];
