import { Alert, AlertActionLink, type AlertProps } from '@patternfly/react-core';
import { type ReactElement, useEffect, useRef } from 'react';
import type { Message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { problemOf } from './problem.js';

/** What failed, on which object, why, and what to do; with everything of it to copy. */
export function ProblemAlert({
  what,
  error,
  onRetry,
  variant = 'danger',
}: {
  what: Message;
  error: unknown;
  onRetry?: () => void;
  variant?: AlertProps['variant'];
}): ReactElement {
  const text = useText();
  const problem = problemOf(error);
  const reason = typeof problem.reason === 'string' ? problem.reason : text(problem.reason);
  const copy = (): void => void navigator.clipboard.writeText(`${text(what)}\n${reason}\n${problem.code}`);
  const place = useRef<HTMLDivElement>(null);
  // Whoever pressed a button at the end of a long form must see that it failed.
  useEffect(() => place.current?.scrollIntoView({ block: 'nearest' }), []);
  return (
    <div ref={place}>
      <Alert
        isInline
        variant={variant}
        title={text(what)}
        actionLinks={
          <>
            {onRetry && <AlertActionLink onClick={onRetry}>{text('action.retry')}</AlertActionLink>}
            <AlertActionLink onClick={copy}>{text('action.copy')}</AlertActionLink>
          </>
        }
      >
        <p className="drover-words">{reason}</p>
        {problem.causes.length > 1 && (
          <ul>
            {problem.causes.map(({ field, message }) => (
              <li key={`${field} ${message}`}>
                <code>{field}</code>: {message}
              </li>
            ))}
          </ul>
        )}
        {problem.advice && <p>{text(problem.advice)}</p>}
      </Alert>
    </div>
  );
}
