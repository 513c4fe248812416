import type { ReactElement } from 'react';
import { useNow } from '../app/now.js';
import { age, nextChange } from '../format/age.js';

/** How long ago, with the moment itself on hover. `since` is RFC 3339. */
export function Age({ since }: { since: string | undefined | null }): ReactElement {
  const then = Date.parse(since ?? '');
  const step = Number.isNaN(then) ? 3_600_000 : nextChange(then, Date.now());
  const now = useNow(step);
  if (Number.isNaN(then)) return <span>–</span>;
  return (
    <time dateTime={since ?? undefined} title={new Date(then).toLocaleString()}>
      {age(then, Math.max(now, step === 1000 ? now : Date.now()))}
    </time>
  );
}
