import { expect, it } from 'vitest';
import { growth } from './growth.js';

const MiB = 1024 * 1024;
const run = (heap: (part: number) => number): string[] =>
  growth(Array.from({ length: 50 }, (_, index) => ({ heapUsed: heap(index / 50) * MiB, rss: 300 * MiB })));

it('memory that is held at the end and was not after the start is growth', () => {
  expect(run((part) => 40 + 200 * part)).toEqual([expect.stringMatching(/^heapUsed grew by 120 MiB/)]);
});

it('memory that comes and goes, or came while warming up, is none', () => {
  expect(run((part) => 40 + (Math.round(part * 50) % 2) * 100)).toEqual([]);
  expect(run((part) => (part < 0.15 ? 20 : 120))).toEqual([]);
});

it('a run of a few moments cannot tell', () => {
  expect(growth([{ heapUsed: 0, rss: 0 }])).toEqual([]);
});
