import type { CustomResourceDefinition } from '@drover/api/types/apiextensions-v1';

type Names = Partial<CustomResourceDefinition['spec']['names']>;

/** Names that are taken, as the condition NamesAccepted tells it. */
export interface NameConflict {
  readonly reason: string;
  readonly message: string;
}

/** What a definition gets of the names that it asks for. */
export interface AcceptedNames {
  readonly names: Names & { readonly plural: string; readonly kind: string };
  /** What the last of the names that it does not get is about. */
  readonly conflict: NameConflict | undefined;
}

/**
 * Gives a definition the names that it asks for, but for those that another of its group has; names that it has already
 * stay its own. Categories are shared.
 */
export function acceptedNames(
  { metadata, spec, status }: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
): AcceptedNames {
  const taken = others
    .filter((other) => other.metadata.name !== metadata.name && other.spec.group === spec.group)
    .map((other): Names => other.status?.acceptedNames ?? {});
  const resources = new Set(
    taken.flatMap(({ plural, singular, shortNames = [] }) => [plural, singular, ...shortNames]),
  );
  const kinds = new Set(taken.flatMap(({ kind, listKind }) => [kind, listKind]));
  const { plural, singular, kind, listKind, shortNames = [], categories = [] } = spec.names;
  const had: Names = status?.acceptedNames ?? {};
  let conflict: NameConflict | undefined;
  const refuse = (reason: string, names: readonly string[]): void => {
    const [only = '', ...more] = names.map((name) => `${JSON.stringify(name)} is already in use`);
    conflict = { reason, message: more.length === 0 ? only : `[${[only, ...more].join(', ')}]` };
  };
  const one = <K extends 'plural' | 'singular' | 'kind' | 'listKind'>(
    key: K,
    asked: string | undefined,
    used: ReadonlySet<string | undefined>,
    reason: string,
  ): Names => {
    if (asked === undefined || asked === '') return {};
    if (asked === had[key] || !used.has(asked)) return { [key]: asked };
    refuse(reason, [asked]);
    return had[key] === undefined ? {} : { [key]: had[key] };
  };
  const shorts = (): Names => {
    const bad = shortNames.filter((name) => resources.has(name) && !(had.shortNames ?? []).includes(name));
    if (bad.length > 0) refuse('ShortNamesConflict', bad);
    const kept = bad.length > 0 ? had.shortNames : shortNames;
    return kept === undefined || kept.length === 0 ? {} : { shortNames: [...kept] };
  };
  // In this order, so that the last conflict is the one that is told.
  const names = {
    plural: '',
    kind: '',
    ...one('plural', plural, resources, 'PluralConflict'),
    ...one('singular', singular, resources, 'SingularConflict'),
    ...shorts(),
    ...one('kind', kind, kinds, 'KindConflict'),
    ...one('listKind', listKind, kinds, 'ListKindConflict'),
    ...(categories.length === 0 ? {} : { categories: [...categories] }),
  };
  return { names, conflict };
}
