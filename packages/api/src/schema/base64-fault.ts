const DIGIT = /[A-Za-z0-9+/]/;

/**
 * What Go's decoder of standard base64 says of a text, where it does not take it: which byte is wrong, and never what stands there,
 * since it may be part of a secret. Line ends count for nothing.
 */
export function base64Fault(text: string): string | undefined {
  const at = faultIn(text);
  return at === undefined ? undefined : `illegal base64 data at input byte ${at}`;
}

function faultIn(text: string): number | undefined {
  let inGroup = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character === '\n' || character === '\r') continue;
    if (character === '=') return paddingFault(text, at, inGroup);
    if (!DIGIT.test(character)) return at;
    inGroup = (inGroup + 1) % 4;
  }
  return inGroup === 0 ? undefined : text.length - inGroup;
}

/** What is wrong with the end of a text that begins to pad at `at`, after `inGroup` digits of a group of four. */
function paddingFault(text: string, at: number, inGroup: number): number | undefined {
  if (inGroup < 2) return at;
  let rest = afterLineEnds(text, at + 1);
  if (inGroup === 2) {
    if (rest === text.length) return text.length;
    if (text[rest] !== '=') return rest - 1;
    rest = afterLineEnds(text, rest + 1);
  }
  return rest < text.length ? rest : undefined;
}

function afterLineEnds(text: string, from: number): number {
  let at = from;
  while (text[at] === '\n' || text[at] === '\r') at += 1;
  return at;
}
