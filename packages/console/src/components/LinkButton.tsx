import { Button, type ButtonProps } from '@patternfly/react-core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef, ReactElement } from 'react';

function Anchor({
  ref: _ref,
  ...props
}: ComponentPropsWithRef<'a'> & Pick<ButtonProps, 'variant' | 'icon' | 'size' | 'isInline'>): ReactElement {
  const { onClick, href, children, variant, icon, size, isInline } = props;
  return (
    <Button
      component="a"
      {...(href === undefined ? {} : { href })}
      {...(variant === undefined ? {} : { variant })}
      {...(size === undefined ? {} : { size })}
      {...(isInline === undefined ? {} : { isInline })}
      icon={icon}
      // The router handles a plain click on the anchor itself; PatternFly types its handler for a button.
      onClick={onClick as unknown as ButtonProps['onClick']}
    >
      {children}
    </Button>
  );
}

/** A button that leads to a page: an anchor, so that it opens in a new tab as people expect. */
export const LinkButton = createLink(Anchor);
