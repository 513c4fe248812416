/** One key to press and release; `code` is the key's place on a keyboard, as `KeyboardEvent.code` names it. */
export interface Keystroke {
  readonly keysym: number;
  readonly code: string | undefined;
  readonly shift: boolean;
}

const PLAIN: Readonly<Record<string, string>> = {
  '`': 'Backquote',
  '-': 'Minus',
  '=': 'Equal',
  '[': 'BracketLeft',
  ']': 'BracketRight',
  '\\': 'Backslash',
  ';': 'Semicolon',
  "'": 'Quote',
  ',': 'Comma',
  '.': 'Period',
  '/': 'Slash',
  ' ': 'Space',
};
const SHIFTED: Readonly<Record<string, string>> = {
  '~': 'Backquote',
  '!': 'Digit1',
  '@': 'Digit2',
  '#': 'Digit3',
  $: 'Digit4',
  '%': 'Digit5',
  '^': 'Digit6',
  '&': 'Digit7',
  '*': 'Digit8',
  '(': 'Digit9',
  ')': 'Digit0',
  _: 'Minus',
  '+': 'Equal',
  '{': 'BracketLeft',
  '}': 'BracketRight',
  '|': 'Backslash',
  ':': 'Semicolon',
  '"': 'Quote',
  '<': 'Comma',
  '>': 'Period',
  '?': 'Slash',
};

/** X11 keysyms of the keys that have no character (keysymdef.h). */
export const KEYSYM = {
  tab: 0xff09,
  return: 0xff0d,
  escape: 0xff1b,
  delete: 0xffff,
  shift: 0xffe1,
  control: 0xffe3,
  alt: 0xffe9,
  f1: 0xffbe,
} as const;

/**
 * A text as the keys that type it on a US keyboard: a guest sees keys, not characters, and most are set up for that layout
 * until someone changes it. A character that no key has is sent by its keysym alone.
 */
export function keystrokes(text: string): Keystroke[] {
  return [...text.replaceAll('\r\n', '\n')].map((char): Keystroke => {
    if (char === '\n' || char === '\r') return { keysym: KEYSYM.return, code: 'Enter', shift: false };
    if (char === '\t') return { keysym: KEYSYM.tab, code: 'Tab', shift: false };
    const keysym = keysymOf(char);
    if (/[a-z]/.test(char)) return { keysym, code: `Key${char.toUpperCase()}`, shift: false };
    if (/[A-Z]/.test(char)) return { keysym, code: `Key${char}`, shift: true };
    if (/[0-9]/.test(char)) return { keysym, code: `Digit${char}`, shift: false };
    if (SHIFTED[char] !== undefined) return { keysym, code: SHIFTED[char], shift: true };
    return { keysym, code: PLAIN[char], shift: false };
  });
}

/** Latin-1 characters are their own keysym; all others are numbered from 0x01000000 (X11 protocol, appendix A). */
function keysymOf(char: string): number {
  const point = char.codePointAt(0) ?? 0;
  return point >= 0x20 && point <= 0xff ? point : 0x01000000 + point;
}
