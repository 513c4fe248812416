import { type CelType, DYN, listOf, mapOf, opaque } from './type.js';

/** What each type parameter stands for so far. What a failed attempt has bound is forgotten, and nothing is copied for it. */
export class Substitution {
  readonly #types = new Map<string, CelType>();
  /** The names, in the order they were bound. */
  readonly #names: string[] = [];

  get(name: string): CelType | undefined {
    return this.#types.get(name);
  }

  /** Binds a parameter that stands for nothing yet. */
  bind(name: string, type: CelType): void {
    this.#types.set(name, type);
    this.#names.push(name);
  }

  /** Whether it holds; what it bound stays when it does. */
  attempt(holds: (bound: Substitution) => boolean): boolean {
    const before = this.#names.length;
    if (holds(this)) return true;
    for (const name of this.#names.splice(before)) this.#types.delete(name);
    return false;
  }
}

/**
 * Whether a value of type `from` may stand where `to` is asked for. Parameters on either side are bound in `bound`, which
 * may have changed when the answer is no.
 */
export function isAssignable(bound: Substitution, to: CelType, from: CelType): boolean {
  const target = resolved(bound, to);
  const given = resolved(bound, from);
  if (target.kind === 'parameter') return bind(bound, target.name, given);
  if (given.kind === 'parameter') return bind(bound, given.name, target);
  if (target.kind === 'dyn' || given.kind === 'dyn') return true;
  if (given.kind === 'null') return target.kind === 'null' || takesNull(target);
  if (target.kind === 'null') return takesNull(given);
  return hasSameShape(bound, target, given);
}

function hasSameShape(bound: Substitution, target: CelType, given: CelType): boolean {
  if (target.kind === 'list' && given.kind === 'list') return isAssignable(bound, target.element, given.element);
  if (target.kind === 'map' && given.kind === 'map')
    return isAssignable(bound, target.key, given.key) && isAssignable(bound, target.value, given.value);
  if (target.kind === 'opaque' && given.kind === 'opaque')
    return (
      target.name === given.name &&
      target.parameters.every((parameter, index) => isAssignable(bound, parameter, given.parameters[index] ?? DYN))
    );
  if (target.kind === 'object' && given.kind === 'object') return target.name === given.name;
  return target.kind === given.kind;
}

/** Null is also "no object" and "no time". */
const takesNull = ({ kind }: CelType): boolean =>
  kind === 'object' || kind === 'opaque' || kind === 'timestamp' || kind === 'duration';

function bind(bound: Substitution, name: string, type: CelType): boolean {
  if (type.kind === 'parameter' && type.name === name) return true;
  if (mentions(bound, type, name)) return false;
  bound.bind(name, type);
  return true;
}

function mentions(bound: Substitution, type: CelType, name: string): boolean {
  const here = resolved(bound, type);
  switch (here.kind) {
    case 'parameter':
      return here.name === name;
    case 'list':
      return mentions(bound, here.element, name);
    case 'map':
      return mentions(bound, here.key, name) || mentions(bound, here.value, name);
    case 'opaque':
      return here.parameters.some((parameter) => mentions(bound, parameter, name));
    case 'type':
      return mentions(bound, here.of, name);
    default:
      return false;
  }
}

function resolved(bound: Substitution, type: CelType): CelType {
  let here = type;
  while (here.kind === 'parameter') {
    const next = bound.get(here.name);
    if (!next) return here;
    here = next;
  }
  return here;
}

/** The type with its parameters replaced by what they stand for; `open` is what a free one becomes. */
export function substituted(bound: Substitution, type: CelType, open?: CelType): CelType {
  const here = resolved(bound, type);
  switch (here.kind) {
    case 'parameter':
      return open ?? here;
    case 'list':
      return listOf(substituted(bound, here.element, open));
    case 'map':
      return mapOf(substituted(bound, here.key, open), substituted(bound, here.value, open));
    case 'opaque':
      return here.parameters.length === 0
        ? here
        : opaque(here.name, ...here.parameters.map((parameter) => substituted(bound, parameter, open)));
    case 'type':
      return { kind: 'type', of: substituted(bound, here.of, open) };
    default:
      return here;
  }
}

/** A copy of the type whose parameters are called otherwise, for one use of a declaration. */
export function renamed(type: CelType, suffix: string): CelType {
  switch (type.kind) {
    case 'parameter':
      return { kind: 'parameter', name: `${type.name}${suffix}` };
    case 'list':
      return listOf(renamed(type.element, suffix));
    case 'map':
      return mapOf(renamed(type.key, suffix), renamed(type.value, suffix));
    case 'opaque':
      return opaque(type.name, ...type.parameters.map((parameter) => renamed(parameter, suffix)));
    case 'type':
      return { kind: 'type', of: renamed(type.of, suffix) };
    default:
      return type;
  }
}
