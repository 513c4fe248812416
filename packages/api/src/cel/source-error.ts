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
    super(told(source, issues));
  }
}

/** Issues that are told (cel-go's limit), and characters after which no further one is: each shows its whole line. */
const MOST_ISSUES = 100;
const MOST_TEXT = 64 * 1024;

function told(source: string, issues: readonly Issue[]): string {
  const lines: string[] = [];
  let length = 0;
  for (const issue of [...issues].sort((a, b) => a.position - b.position)) {
    if (lines.length === MOST_ISSUES || length > MOST_TEXT) break;
    const line = printed(source, issue);
    lines.push(line);
    length += line.length;
  }
  const more = issues.length - lines.length;
  return [...lines, ...(more > 0 ? [`${more} more errors were truncated`] : [])].join('\n');
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
