import { Label, Spinner, Tooltip } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { useText } from '../i18n/text.js';
import type { State, Tone } from './state.js';

const STATUS = { success: 'success', info: 'info', warning: 'warning', danger: 'danger' } as const satisfies Partial<
  Record<Tone, string>
>;

/** A state as a badge; with a reason, the reason on hover and focus. */
export function StateLabel({ state }: { state: State }): ReactElement {
  const text = useText();
  const { tone, reason, transitioning } = state;
  const label = (
    <Label
      isCompact
      {...(tone === 'neutral' ? { color: 'grey' as const } : { status: STATUS[tone] })}
      {...(transitioning ? { icon: <Spinner size="sm" aria-hidden /> } : {})}
      {...(reason === undefined ? {} : { tabIndex: 0 })}
    >
      {text(state.title)}
    </Label>
  );
  return reason === undefined ? label : <Tooltip content={reason}>{label}</Tooltip>;
}
