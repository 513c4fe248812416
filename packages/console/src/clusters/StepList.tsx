import { ProgressStep, ProgressStepper } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { useText } from '../i18n/text.js';
import type { Step, StepState } from './guide.js';

const VARIANTS = {
  done: 'success',
  current: 'info',
  stalled: 'warning',
  waiting: 'pending',
} as const satisfies Record<StepState, string>;

/** The steps of an import, live: what is done, what is under way, and why it stalls. */
export function StepList({ steps }: { steps: readonly Step[] }): ReactElement {
  const text = useText();
  return (
    <ProgressStepper isVertical aria-label={text('guide.steps')}>
      {steps.map(({ id, title, state, reason, advice }) => (
        <ProgressStep
          key={id}
          id={`step-${id}`}
          titleId={`step-${id}-title`}
          variant={VARIANTS[state]}
          isCurrent={state === 'current' || state === 'stalled'}
          aria-label={`${text(title)}: ${text(`guide.state.${state}`)}`}
          description={
            reason === undefined ? undefined : (
              <>
                <span className="drover-words">{reason}</span>
                {advice && (
                  <>
                    <br />
                    {text(advice)}
                  </>
                )}
              </>
            )
          }
        >
          {text(title)}
        </ProgressStep>
      ))}
    </ProgressStepper>
  );
}
