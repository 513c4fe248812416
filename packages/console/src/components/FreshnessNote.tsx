import { Label, Tooltip } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { useText } from '../i18n/text.js';
import type { Freshness } from '../live/collection.js';

/** Says quietly, and only when it matters, that the rows are not of this moment. */
export function FreshnessNote({ freshness }: { freshness: Freshness }): ReactElement | null {
  const text = useText();
  if (freshness.state !== 'catching-up') return null;
  const time = new Date(freshness.since).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const note = (
    <Label color="grey" isCompact aria-live="polite">
      {text('freshness.catchingUp', { time })}
    </Label>
  );
  const { error } = freshness;
  return error instanceof Error ? <Tooltip content={error.message}>{note}</Tooltip> : note;
}
