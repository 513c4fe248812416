import { LEVELS, type Level, STAGES, type Stage } from './event.js';

/** Reads fields and gathers what is wrong with them, so that a person sees all of it at once. */
export class PolicyReader {
  readonly mistakes: string[] = [];

  wrong(path: string, why: string): void {
    this.mistakes.push(`${path} ${why}`);
  }

  fields(value: unknown, path: string, known: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.wrong(path === '' ? 'the document' : path, 'must be an object');
      return {};
    }
    for (const field of Object.keys(value)) {
      if (!known.includes(field)) this.wrong(path === '' ? field : `${path}.${field}`, 'is not a field of a policy');
    }
    return value as Readonly<Record<string, unknown>>;
  }

  list(value: unknown, path: string): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.wrong(path, 'must be a list');
    return [];
  }

  texts(value: unknown, path: string): readonly string[] {
    return this.list(value, path).map((text, index) => {
      if (typeof text !== 'string') this.wrong(`${path}[${index}]`, 'must be text');
      return String(text);
    });
  }

  flag(value: unknown, path: string): boolean | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'boolean') this.wrong(path, 'must be true or false');
    return value === true;
  }

  level(value: unknown, path: string): Level {
    const level = LEVELS.find((name) => name === value);
    if (level === undefined) this.wrong(path, `must be one of ${LEVELS.join(', ')}`);
    return level ?? 'None';
  }

  stages(value: unknown, path: string): readonly Stage[] {
    return this.list(value, path).flatMap((text, index) => {
      const stage = STAGES.find((name) => name === text);
      if (stage === undefined) this.wrong(`${path}[${index}]`, `must be one of ${STAGES.join(', ')}`);
      return stage === undefined ? [] : [stage];
    });
  }
}
