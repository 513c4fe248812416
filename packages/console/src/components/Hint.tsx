import { Tooltip } from '@patternfly/react-core';
import { type ReactElement, type ReactNode, useRef, useState } from 'react';

/**
 * Something that says more on hover and focus. The tooltip itself exists only while it is shown: PatternFly's asks the browser
 * for computed styles as soon as it stands, and a list has a hint in many of its rows.
 */
export function Hint({ content, children }: { content: ReactNode; children: ReactNode }): ReactElement {
  const [shown, setShown] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const hide = (): void => setShown(false);
  return (
    <>
      <button
        type="button"
        ref={anchor}
        className="drover-hint"
        onMouseEnter={() => setShown(true)}
        onFocus={() => setShown(true)}
        onMouseLeave={hide}
        onBlur={hide}
      >
        {children}
      </button>
      {shown && <Tooltip trigger="manual" isVisible content={content} triggerRef={anchor} />}
    </>
  );
}
