import { type ApiRequest, badRequest } from '@drover/api';
import { readBody } from './answer.js';

/** Bodies of actions are a few fields. */
const MAX_BODY = 64 * 1024;

/** The fields of an action's or verb's body, by name; an empty body has none. */
export class Fields {
  private constructor(readonly all: Readonly<Record<string, unknown>>) {}

  /** @throws ApiError 400 for anything but a JSON object, 413 for a large one */
  static async of({ body }: Pick<ApiRequest, 'body'>): Promise<Fields> {
    const text = (await readBody(body, MAX_BODY)).toString('utf8').trim();
    let parsed: unknown = {};
    try {
      if (text !== '') parsed = JSON.parse(text);
    } catch {
      throw badRequest('the request body is not JSON');
    }
    return Fields.from(parsed ?? {}, 'the request body');
  }

  /** The fields of an object inside a body. */
  static from(value: unknown, where: string): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw badRequest(`${where}: expected a JSON object`);
    }
    return new Fields({ ...value });
  }

  /** Whether the caller asks to check only. */
  get dryRun(): boolean {
    const { dryRun } = this.all;
    return Array.isArray(dryRun) && dryRun.includes('All');
  }

  /** A text that must be there. Go's reader takes names in any case, and clients rely on it. */
  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw badRequest(`${name}: expected a text`);
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.#value(name);
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string') throw badRequest(`${name}: expected a text`);
    return value;
  }

  flag(name: string): boolean {
    const value = this.#value(name);
    if (value === undefined || value === null) return false;
    if (typeof value !== 'boolean') throw badRequest(`${name}: expected true or false`);
    return value;
  }

  /** A whole number that is not negative. */
  optionalCount(name: string, what = 'a whole number'): number | undefined {
    const value = this.#value(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
      throw badRequest(`${name}: expected ${what}`);
    return value;
  }

  /** The fields of an object that may be left out. */
  optionalObject(name: string): Fields | undefined {
    const value = this.#value(name);
    return value === undefined || value === null ? undefined : Fields.from(value, name);
  }

  #value(name: string): unknown {
    if (Object.hasOwn(this.all, name)) return this.all[name];
    const same = Object.keys(this.all).find((key) => key.toLowerCase() === name.toLowerCase());
    return same === undefined ? undefined : this.all[same];
  }
}
