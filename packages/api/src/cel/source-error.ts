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
  const before = source.slice(0, position);
  const start = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  const end = source.indexOf('\n', start);
  const text = source.slice(start, end < 0 ? undefined : end).replaceAll('\t', ' ');
  const column = position - start;
  return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${text}\n | ${'.'.repeat(column)}^`;
}
