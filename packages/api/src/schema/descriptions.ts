/** Words about a definition, or about a field of it. */
export interface Description {
  /** Package of the definition, such as "io.k8s.api.apps.v1"; `*` for all of them. */
  readonly scope: string;
  /** Name of the definition, such as "Deployment"; with `*` in front, how its name ends. */
  readonly definition: string;
  readonly field: string | undefined;
  readonly text: string;
}

const INDENT = '  ';

/**
 * What definitions and their fields are, in words. Texts have a line for each:
 *
 *     [io.k8s.api.apps.v1]                  the package of the definitions below; [*] for all packages
 *     Deployment: Keeps equal pods running. a definition
 *       spec: What shall run.               a field of it
 *     Role, ClusterRole:                    several that share the fields below, or the words
 *     *Condition: One aspect of a state.    all whose names end so, unless something is said of one by its name
 *
 * What is said by name goes before what is said by an ending, and a package's own before what holds for all.
 */
export class Descriptions {
  readonly rows: readonly Description[];
  readonly #named = new Map<string, Description>();
  readonly #ending: readonly Description[];

  /** @throws Error where a line has not this form, or says again what is said already. */
  constructor(texts: Iterable<string>) {
    this.rows = [...texts].flatMap(rowsOf);
    for (const row of this.rows) {
      if (row.definition.startsWith('*')) continue;
      const key = keyOf(`${row.scope}.${row.definition}`, row.field);
      if (this.#named.has(key)) throw new Error(`${key} is described twice`);
      this.#named.set(key, row);
    }
    const ending = this.rows.filter(({ definition }) => definition.startsWith('*'));
    this.#ending = [...ending.filter(({ scope }) => scope !== '*'), ...ending.filter(({ scope }) => scope === '*')];
  }

  /** What a definition is, or a field of it; `component` is the definition's whole name. */
  find(component: string, field?: string): Description | undefined {
    const named = this.#named.get(keyOf(component, field));
    if (named !== undefined) return named;
    const scope = component.slice(0, component.lastIndexOf('.'));
    return this.#ending.find(
      (row) =>
        row.field === field &&
        (row.scope === '*' || row.scope === scope) &&
        component.endsWith(row.definition.slice('*'.length)),
    );
  }
}

function keyOf(component: string, field: string | undefined): string {
  return field === undefined ? component : `${component} ${field}`;
}

function rowsOf(text: string): Description[] {
  const rows: Description[] = [];
  let scope = '';
  let definitions: readonly string[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    if (line.startsWith('[') && line.endsWith(']')) {
      scope = line.slice(1, -1);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon < 1) throw new Error(`"${line}" describes nothing`);
    const isField = line.startsWith(INDENT);
    const field = isField ? line.slice(INDENT.length, colon) : undefined;
    if (!isField) definitions = line.slice(0, colon).split(', ');
    const words = line.slice(colon + ': '.length);
    if (words === '') continue;
    for (const definition of definitions) rows.push({ scope, definition, field, text: words });
  }
  return rows;
}
