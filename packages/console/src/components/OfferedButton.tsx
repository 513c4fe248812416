import { Button, type ButtonProps, Tooltip } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import type { Offer } from '../commands/command.js';
import { useText } from '../i18n/text.js';

/** A button for what may be refused: then it stays, takes the keyboard's focus, and says why. */
export function OfferedButton({
  offer,
  onClick,
  ...props
}: ButtonProps & { readonly offer: Offer }): ReactElement | null {
  const text = useText();
  if (offer === 'yes') return <Button {...props} {...(onClick === undefined ? {} : { onClick })} />;
  const { isDisabled: _, ...looks } = props;
  const refused = <Button {...looks} type="button" isAriaDisabled />;
  return offer === 'hidden' ? null : <Tooltip content={text(offer)}>{refused}</Tooltip>;
}
