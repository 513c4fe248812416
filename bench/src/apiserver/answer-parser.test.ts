import { expect, it } from 'vitest';
import { AnswerParser } from './answer-parser.js';

const WITH_LENGTH = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nfirst';
const CHUNKED = 'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsec\r\n3;x=y\r\nond\r\n0\r\n\r\n';
const EMPTY = 'HTTP/1.1 204 No Content\r\n\r\n';

it.each([1, 2, 7, 1_000])('answers are the same however they are cut: every %d bytes', (size) => {
  const seen: string[] = [];
  let body = '';
  const parser = new AnswerParser({
    head: (status) => seen.push(`${status}`),
    body: (bytes) => {
      body += bytes.toString();
    },
    end: () => {
      seen.push(body);
      body = '';
    },
  });
  const wire = Buffer.from(WITH_LENGTH + CHUNKED + EMPTY + WITH_LENGTH);
  for (let at = 0; at < wire.length; at += size) parser.take(wire.subarray(at, at + size));
  expect(seen).toEqual(['200', 'first', '201', 'second', '204', '', '200', 'first']);
});

it('what is no answer is refused', () => {
  const parser = new AnswerParser({ head: () => undefined, body: () => undefined, end: () => undefined });
  expect(() => parser.take(Buffer.from('SSH-2.0-OpenSSH\r\n\r\n'))).toThrow('this is no answer');
});
