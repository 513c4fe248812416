import type { ReactElement } from 'react';

/** A moment, to the minute, as the reader writes it. `at` is RFC 3339. */
export function Moment({ at }: { at: string }): ReactElement {
  const format: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'short' };
  return <time dateTime={at}>{new Date(at).toLocaleString([], format)}</time>;
}
