import { Label, Tooltip } from '@patternfly/react-core';
import { InProgressIcon } from '@patternfly/react-icons';
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
      variant="outline"
      {...(tone === 'neutral' ? { color: 'grey' as const } : { status: STATUS[tone] })}
      {...(transitioning ? { icon: <InProgressIcon /> } : {})}
      {...(reason === undefined ? {} : { tabIndex: 0 })}
    >
      {text(state.title)}
    </Label>
  );
  return reason === undefined ? label : <Tooltip content={reason}>{label}</Tooltip>;
}
