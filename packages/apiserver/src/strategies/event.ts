import { invalidTyped, qualifiedName, required, type StatusCause } from '@drover/api';
import type { Strategy } from '../catalog/strategy.js';
import { absent, type Fields, inner, loose } from './absent.js';
import { plain } from './plain.js';

/** Where Events about what has no namespace are. */
const PLACELESS = 'default';
/** Who tells of the event. */
const REPORTER = ['reportingComponent', 'reportingInstance'];
/** Characters that a text may have (core validation of Events). */
const LONGEST = { reportingInstance: 128, action: 128, reason: 128, note: 1024 } as const;

/** Events of the core group: about something in their namespace. Those that have an `eventTime` are held to the newer rules. */
export const event: Strategy = {
  ...plain,
  // Kubernetes tells both whether there is something in them or not (their tags have no omitempty).
  fill: (object) => {
    for (const field of REPORTER) absent(loose(object), field, '');
  },
  validate: (object) => {
    const fields = loose(object);
    const newer = isGiven(fields['eventTime']);
    return [
      ...placeCauses(object.metadata.namespace, inner(fields, 'involvedObject')),
      ...(newer ? newerCauses(fields, 'reportingComponent', fields['message']) : []),
    ];
  },
};

/** Events of events.k8s.io: each says when, by whom, and of which type. */
export const newerEvent: Strategy = {
  ...plain,
  validate: (object, old) => {
    const fields = loose(object);
    const newer = isGiven(fields['eventTime']);
    const causes = [
      ...placeCauses(object.metadata.namespace, inner(fields, 'regarding')),
      ...(newer ? newerCauses(fields, 'reportingController', fields['note']) : []),
    ];
    return old === undefined ? [...causes, ...createCauses(fields)] : causes;
  },
};

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function placeCauses(namespace = '', about: Fields | undefined): StatusCause[] {
  const place = textOf(about?.['namespace']);
  const fits = place === '' ? namespace === PLACELESS : namespace === place;
  return fits ? [] : [invalidTyped('involvedObject.namespace', place, 'does not match event.namespace')];
}

function newerCauses(fields: Fields, controllerField: string, note: unknown): StatusCause[] {
  const controller = textOf(fields[controllerField]);
  const wrong = qualifiedName(controller);
  const texts = (['reportingInstance', 'action', 'reason'] as const).flatMap((field) => {
    const text = textOf(fields[field]);
    return text === '' ? [required(field)] : lengthCauses(field, text, LONGEST[field]);
  });
  return [
    ...(controller === '' ? [required(controllerField)] : []),
    ...(wrong === undefined ? [] : [invalidTyped(controllerField, controller, wrong)]),
    ...texts,
    ...lengthCauses('message', textOf(note), LONGEST.note),
  ];
}

function lengthCauses(field: string, text: string, longest: number): StatusCause[] {
  return text.length <= longest ? [] : [invalidTyped(field, '', `can have at most ${longest} characters`)];
}

function createCauses(fields: Fields): StatusCause[] {
  const type = textOf(fields['type']);
  const causes: StatusCause[] = [];
  if (type !== 'Normal' && type !== 'Warning') causes.push(invalidTyped('type', '', `has invalid value: ${type}`));
  for (const field of ['deprecatedFirstTimestamp', 'deprecatedLastTimestamp', 'deprecatedCount']) {
    const told = field.replace(/^deprecated(.)/, (_all, letter: string) => letter.toLowerCase());
    if (isGiven(fields[field]) && fields[field] !== 0) causes.push(invalidTyped(told, '', 'needs to be unset'));
  }
  return causes;
}
