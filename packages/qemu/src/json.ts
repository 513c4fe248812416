/** Thrown when QEMU, its tools or a guest answer with something of another shape than their protocol says. */
export class UnexpectedReply extends Error {
  override readonly name = 'UnexpectedReply';
}

/** A JSON object whose members are not looked at yet. */
export type Json = Readonly<Record<string, unknown>>;

/** Reads members of a parsed JSON value, and names the one that is not what it should be. */
export class Reader {
  readonly #value: Json;

  /** @throws UnexpectedReply when `value` is not an object. */
  constructor(
    value: unknown,
    readonly where: string,
  ) {
    if (!isObject(value)) throw new UnexpectedReply(`${where}: expected an object`);
    this.#value = value;
  }

  raw(name: string): unknown {
    return this.#value[name];
  }

  has(name: string): boolean {
    return this.#value[name] !== undefined && this.#value[name] !== null;
  }

  text(name: string): string {
    return this.#is(name, 'text', (value) => (typeof value === 'string' ? value : undefined));
  }

  number(name: string): number {
    return this.#is(name, 'a number', (value) => (typeof value === 'number' ? value : undefined));
  }

  boolean(name: string): boolean {
    return this.#is(name, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined));
  }

  object(name: string): Reader {
    return new Reader(this.#value[name], `${this.where}.${name}`);
  }

  /** The objects of a list; of a list longer than `limit` only the first. */
  objects(name: string, limit: number): Reader[] {
    return objects(this.#value[name], `${this.where}.${name}`, limit);
  }

  texts(name: string): string[] {
    const value = this.#value[name];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    throw new UnexpectedReply(`${this.where}.${name}: expected a list of texts`);
  }

  /** The member by `read`, or nothing when it is absent or null. */
  optional<T>(name: string, read: (reader: this, name: string) => T): T | undefined {
    return this.has(name) ? read(this, name) : undefined;
  }

  #is<T>(name: string, what: string, check: (value: unknown) => T | undefined): T {
    const value = check(this.#value[name]);
    if (value === undefined) throw new UnexpectedReply(`${this.where}.${name}: expected ${what}`);
    return value;
  }
}

/** The objects of a list that is a whole reply. @throws UnexpectedReply */
export function objects(value: unknown, where: string, limit: number): Reader[] {
  if (!Array.isArray(value)) throw new UnexpectedReply(`${where}: expected a list`);
  return value.slice(0, limit).map((item: unknown, index) => new Reader(item, `${where}[${index}]`));
}

/** @throws UnexpectedReply for text that is not JSON. */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnexpectedReply(`${where}: not JSON`, { cause: error });
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
