/** One thing that is wrong with an expression, and where: an offset into its text. */
export interface Issue {
  readonly position: number;
  readonly message: string;
}

/** An expression that cannot be compiled. The message is what cel-go prints: each issue with its line and a mark below it. */
export class CompileError extends Error {
  override readonly name = 'CompileError';

  constructor(
    source: string,
    readonly issues: readonly Issue[],
  ) {
    super(
      [...issues]
        .sort((a, b) => a.position - b.position)
        .map((issue) => printed(source, issue))
        .join('\n'),
    );
  }
}

function printed(source: string, { position, message }: Issue): string {
  const start = source.lastIndexOf('\n', position - 1) + 1;
  const line = source.slice(0, start).split('\n').length;
  const end = source.indexOf('\n', start);
  const text = source.slice(start, end < 0 ? undefined : end).replaceAll('\t', ' ');
  const before = [...source.slice(start, position)];
  const mark = isWide(source.codePointAt(position)) ? '＾' : '^';
  const indent = before.map((character) => (isWide(character.codePointAt(0)) ? '．' : '.')).join('');
  return `ERROR: <input>:${line}:${before.length + 1}: ${message}\n | ${text}\n | ${indent}${mark}`;
}

/** Characters outside ASCII are taken to be two columns wide. */
const isWide = (point = 0): boolean => point > 127;
