import { describe, expect, it } from 'vitest';
import { answerTime } from './answer-time.js';

const THINGS = '/apis/ext.example.org/v1/namespaces/default/things';
const timeOf = (url: string): number | undefined =>
  answerTime({ method: 'GET', url, headers: {}, body: (async function* () {})(), signal: AbortSignal.abort() });

describe('the time an extension server has to begin an answer', () => {
  it.each([
    ['/openapi/v3/apis/ext.example.org/v1', 60_000],
    [`${THINGS}/a`, 60_000],
    [`${THINGS}/a/status?timeout=2s`, 2_000],
    [`${THINGS}?timeout=5m`, 60_000],
    [`${THINGS}?watch=1&timeout=2s`, undefined],
    [`${THINGS}/a/log?follow=1`, undefined],
  ])('of %s is %s ms', (url, ms) => {
    expect(timeOf(url)).toBe(ms);
  });
});
