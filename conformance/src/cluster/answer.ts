import { isJsonObject, type Json, type JsonObject } from '@drover/api';

/** What a server said to one request, read to its end. */
export class Answer {
  constructor(
    readonly status: number,
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>,
    readonly bytes: Uint8Array,
  ) {}

  /** The body as text. */
  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  /** The body as a JSON object. @throws SyntaxError when it is none. */
  get body(): JsonObject {
    const value = JSON.parse(this.text) as Json;
    if (!isJsonObject(value)) throw new SyntaxError(`no JSON object: ${this.text.slice(0, 200)}`);
    return value;
  }

  /** The value at a path such as `metadata.labels` or `items.0.metadata.name`. */
  at(path: string): Json | undefined {
    return valueAt(this.body, path);
  }

  /** As `at`, as text: empty when there is nothing. */
  textAt(path: string): string {
    const value = this.at(path);
    return value === undefined || value === null ? '' : String(value);
  }

  /** The texts of all `Warning` headers. */
  get warnings(): readonly string[] {
    const header = this.headers['warning'] ?? [];
    const lines = typeof header === 'string' ? [header] : header;
    return lines.flatMap((line) =>
      [...line.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1')),
    );
  }

  /** Names of the objects in a list, in its order. */
  get names(): readonly string[] {
    return itemsOf(this.body).map((item) => String(valueAt(item, 'metadata.name')));
  }

  /** Status and, for a refusal, its reason: `201`, `409 AlreadyExists`. */
  get outcome(): string {
    if (this.status < 400) return String(this.status);
    return `${this.status} ${this.textAt('reason')}`.trim();
  }

  /** The fields that a refusal names, in their order. */
  get causes(): readonly string[] {
    const causes = this.at('details.causes');
    return Array.isArray(causes) ? causes.map((cause) => String(valueAt(cause, 'field'))) : [];
  }
}

/** The items of a list's body. */
export function itemsOf(body: JsonObject): readonly Json[] {
  const { items } = body;
  return Array.isArray(items) ? items : [];
}

/** The value at a dotted path of a document. */
export function valueAt(value: Json | undefined, path: string): Json | undefined {
  let found: Json | undefined = value;
  for (const step of path.split('.')) {
    if (Array.isArray(found)) found = found[Number(step)] as Json | undefined;
    else if (isJsonObject(found)) found = found[step];
    else return undefined;
  }
  return found;
}
