import { describe, expect, it } from 'vitest';
import { keystrokes } from './keystrokes.js';

describe('keystrokes', () => {
  it('presses Shift for what stands above on a US keyboard', () => {
    expect(keystrokes('aA|')).toEqual([
      { keysym: 0x61, code: 'KeyA', shift: false },
      { keysym: 0x41, code: 'KeyA', shift: true },
      { keysym: 0x7c, code: 'Backslash', shift: true },
    ]);
  });

  it('types one Return for each kind of line end', () => {
    expect(keystrokes('\r\n\n').map(({ code }) => code)).toEqual(['Enter', 'Enter']);
  });

  it('sends other characters by keysym', () => {
    expect(keystrokes('ü€')).toEqual([
      { keysym: 0xfc, code: undefined, shift: false },
      { keysym: 0x010020ac, code: undefined, shift: false },
    ]);
  });

  it('has a key for every printable ASCII character', () => {
    const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');
    expect(keystrokes(ascii).filter(({ code }) => code === undefined)).toEqual([]);
  });
});
