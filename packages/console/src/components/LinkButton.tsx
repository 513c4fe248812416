import { Button, type ButtonProps } from '@patternfly/react-core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef, ReactElement } from 'react';
import type { Offer } from '../commands/command.js';
import { OfferedButton } from './OfferedButton.js';

function Anchor({
  ref: _ref,
  ...props
}: ComponentPropsWithRef<'a'> &
  Pick<ButtonProps, 'variant' | 'icon' | 'size' | 'isInline'> & {
    /** Whether what the page is for can be done: one that cannot be stays a button, and says why. */
    readonly offer?: Offer;
  }): ReactElement | null {
  const { onClick, href, children, variant, icon, size, isInline, offer = 'yes' } = props;
  const looks = {
    ...(variant === undefined ? {} : { variant }),
    ...(size === undefined ? {} : { size }),
    ...(isInline === undefined ? {} : { isInline }),
    icon,
  };
  if (offer !== 'yes')
    return (
      <OfferedButton offer={offer} {...looks}>
        {children}
      </OfferedButton>
    );
  return (
    <Button
      component="a"
      {...(href === undefined ? {} : { href })}
      {...looks}
      // The router handles a plain click on the anchor itself; PatternFly types its handler for a button.
      onClick={onClick as unknown as ButtonProps['onClick']}
    >
      {children}
    </Button>
  );
}

/** A button that leads to a page: an anchor, so that it opens in a new tab as people expect. */
export const LinkButton = createLink(Anchor);
