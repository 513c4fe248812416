/** The generated index: each kind's type and value, by file. */
export function index(kinds: readonly { file: string; type: string; value: string }[]): string {
  const files = [...new Set(kinds.map(({ file }) => file))].sort();
  const lines = files.map((file) => {
    const names = kinds.filter((kind) => kind.file === file).flatMap(({ type, value }) => [`type ${type}`, value]);
    return `export { ${names.sort().join(', ')} } from './types/${file}.js';`;
  });
  const head = '// Generated from the facts of the API by `npm run generate`; edits are overwritten.';
  return `${[head, ...lines].join('\n')}\n`;
}
