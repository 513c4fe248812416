import { badRequest } from '../errors.js';
import { isJsonObject } from '../json-object.js';
import type { JsonObject } from '../object.js';
import { inOrder, isForeign, type PathElement, parseElement, printElement } from './path-element.js';

/** Deeper than objects may be nested. */
const MAX_DEPTH = 500;

/** A set of field paths, as a tree. Sets are values: no method changes one. */
export class FieldSet {
  static readonly EMPTY = new FieldSet(false, new Map());
  static readonly LEAF = new FieldSet(true, new Map());

  private constructor(
    /** Whether the path that leads here is in the set. */
    readonly member: boolean,
    readonly children: ReadonlyMap<PathElement, FieldSet>,
  ) {}

  /** A set with these children; those that hold nothing are left out. */
  static of(member: boolean, children: Iterable<readonly [PathElement, FieldSet]>): FieldSet {
    const kept = new Map<PathElement, FieldSet>();
    for (const [element, child] of children) if (!child.isEmpty) kept.set(element, child);
    return FieldSet.#made(member, kept);
  }

  /** `children` hold something each, and are nobody else's to change. */
  static #made(member: boolean, children: Map<PathElement, FieldSet>): FieldSet {
    if (children.size > 0) return new FieldSet(member, children);
    return member ? FieldSet.LEAF : FieldSet.EMPTY;
  }

  /** The set of one path. */
  static path(...elements: PathElement[]): FieldSet {
    return elements.reduceRight((inner, element) => FieldSet.of(false, [[element, inner]]), FieldSet.LEAF);
  }

  /**
   * Reads FieldsV1, without elements of kinds that later versions may know.
   *
   * @throws ApiError BadRequest for what is none.
   */
  static decode(fields: JsonObject, depth = 0): FieldSet {
    if (depth > MAX_DEPTH) throw badRequest('managed fields are nested too deep');
    const entries = Object.entries(fields).filter(([text]) => text !== '.' && !isForeign(text));
    const children = entries.map(([text, inner]): [PathElement, FieldSet] => {
      const element = parseElement(text);
      if (element === undefined || !isJsonObject(inner))
        throw badRequest(`"${text.slice(0, 100)}" is no path element of managed fields`);
      return [element, FieldSet.decode(inner, depth + 1)];
    });
    return FieldSet.of(children.length === 0 ? depth > 0 : Object.hasOwn(fields, '.'), children);
  }

  /** Writes FieldsV1, in an order that depends on the set alone. */
  encode(): JsonObject {
    const encoded: Record<string, JsonObject> = {};
    if (this.member && this.children.size > 0) encoded['.'] = {};
    for (const element of this.#ordered()) encoded[element] = this.at(element).encode();
    return encoded;
  }

  get isEmpty(): boolean {
    return !this.member && this.children.size === 0;
  }

  /** What is below an element; empty when nothing is. */
  at(element: PathElement): FieldSet {
    return this.children.get(element) ?? FieldSet.EMPTY;
  }

  /** The set in which what is below `element` is replaced. */
  with(element: PathElement, child: FieldSet): FieldSet {
    return FieldSet.of(this.member, [...this.children, [element, child] as const]);
  }

  /** The set in which the path that leads here is a member, or is not. */
  asMember(member: boolean): FieldSet {
    return member === this.member ? this : FieldSet.of(member, this.children);
  }

  /**
   * The set with what `change` makes of that below each element; this very set when nothing changes. Most writes change little
   * of what is managed, and all of this is done for each of them.
   */
  mapped(member: boolean, change: (child: FieldSet, element: PathElement) => FieldSet): FieldSet {
    let same = member === this.member;
    const children = new Map<PathElement, FieldSet>();
    for (const [element, child] of this.children) {
      const changed = change(child, element);
      if (changed !== child) same = false;
      if (!changed.isEmpty) children.set(element, changed);
    }
    return same ? this : FieldSet.#made(member, children);
  }

  union(other: FieldSet): FieldSet {
    if (other.isEmpty || other === this) return this;
    if (this.isEmpty) return other;
    let same = this.member || !other.member;
    const children = new Map(this.children);
    for (const [element, theirs] of other.children) {
      const ours = this.at(element);
      const both = ours.union(theirs);
      if (both === ours) continue;
      same = false;
      children.set(element, both);
    }
    return same ? this : FieldSet.#made(this.member || other.member, children);
  }

  /** The paths that are not in `other`; a path there does not stand for those below it. */
  difference(other: FieldSet): FieldSet {
    if (other === this) return FieldSet.EMPTY;
    if (other.isEmpty || this.isEmpty) return this;
    return this.mapped(this.member && !other.member, (child, element) => child.difference(other.at(element)));
  }

  intersection(other: FieldSet): FieldSet {
    if (other === this) return this;
    if (other.isEmpty || this.isEmpty) return FieldSet.EMPTY;
    return this.mapped(this.member && other.member, (child, element) => child.intersection(other.at(element)));
  }

  /** The set without the paths in `other` and all that is below them. */
  without(other: FieldSet): FieldSet {
    if (other.isEmpty || this.isEmpty) return this;
    if (other.member) return FieldSet.EMPTY;
    return this.mapped(this.member, (child, element) => child.without(other.at(element)));
  }

  equals(other: FieldSet): boolean {
    if (this === other) return true;
    if (this.member !== other.member || this.children.size !== other.children.size) return false;
    return [...this.children].every(([element, child]) => child.equals(other.at(element)));
  }

  #ordered(): PathElement[] {
    return inOrder(this.children.keys());
  }

  /** Each path as it is printed in messages: those that end here first, then those that go on. */
  *paths(prefix = ''): Generator<string> {
    const ordered = this.#ordered().map((element) => [`${prefix}${printElement(element)}`, this.at(element)] as const);
    for (const [path, child] of ordered) if (child.member) yield path;
    for (const [path, child] of ordered) yield* child.paths(path);
  }
}
