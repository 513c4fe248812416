/** A TypeScript file in the making: declarations, and what they need from other files. */
export class Source {
  readonly #declarations: string[] = [];
  readonly #imports = new Map<string, Set<string>>();
  readonly #names = new Set<string>();

  /** `name` is the file's name without extension, beside the other generated types. */
  constructor(readonly name: string) {}

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Takes a name for a declaration that follows later. Throws when it is taken. */
  reserve(name: string): void {
    if (this.#names.has(name)) throw new Error(`${this.name} would declare ${name} twice`);
    this.#names.add(name);
  }

  declare(text: string): void {
    this.#declarations.push(text);
  }

  /** Imports a name, unless no declaration turns out to mention it. */
  use(module: string, name: string): void {
    const names = this.#imports.get(module) ?? new Set();
    this.#imports.set(module, names.add(name));
  }

  toString(): string {
    const text = this.#declarations.join('\n');
    const code = text.replaceAll(/\/\*.*?\*\/|'[^']*'/g, '');
    const needed = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(code);
    const imports = [...this.#imports]
      .map(([module, names]) => ({ module, names: [...names].filter(needed).sort() }))
      .filter(({ names }) => names.length > 0)
      .sort((a, b) => (a.module < b.module ? -1 : 1))
      .map(({ module, names }) => `import type { ${names.join(', ')} } from '${module}';`);
    const head = '// Generated from the facts of the API by `npm run generate`; edits are overwritten.';
    return `${[head, ...imports, '', text].join('\n')}\n`;
  }
}

/** A property's name as TypeScript wants it written. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
}

/** The declaration that addresses a kind. */
export function kindValue(
  names: { type: string; value: string },
  kind: { group: string; version: string; kind: string; plural: string; namespaced: boolean },
): string {
  const fields = Object.entries(kind)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? `'${value}'` : value}`)
    .join(', ');
  return `export const ${names.value}: Kind<${names.type}> = { ${fields} };\n`;
}
