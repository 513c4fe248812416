import { describe, expect, it } from 'vitest';
import { connectionOptions, isHopByHop } from './hop-by-hop.js';

describe('fields that are about one connection', () => {
  it('are known in every spelling', () => {
    for (const name of ['connection', 'Transfer-Encoding', 'keep_alive', 'HTTP2-Settings', 'host'])
      expect(isHopByHop(name)).toBe(true);
    for (const name of ['content-type', 'impersonate-user', 'connections']) expect(isHopByHop(name)).toBe(false);
  });

  it('are also those that Connection names, once or several times', () => {
    expect([...connectionOptions('Close, X-One')]).toEqual(['close', 'x-one']);
    expect([...connectionOptions(['a,', 'B'])]).toEqual(['a', 'b']);
    expect(connectionOptions(undefined).size).toBe(0);
  });
});
