import { Alert, Button, ClipboardCopy, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { ReactElement, ReactNode } from 'react';
import { useText } from '../i18n/text.js';

/** Shows a secret that was just made, once: nothing keeps it. */
export function ShownOnce({
  title,
  label,
  secret,
  children,
  onClose,
}: {
  title: string;
  /** What the secret is, for who cannot see it. */
  label: string;
  secret: string;
  children?: ReactNode;
  onClose: () => void;
}): ReactElement {
  const text = useText();
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="secret-title">
      <ModalHeader title={title} labelId="secret-title" />
      <ModalBody>
        <ClipboardCopy isReadOnly hoverTip={text('action.copy')} clickTip={text('action.copied')} textAriaLabel={label}>
          {secret}
        </ClipboardCopy>
        <Alert isInline isPlain variant="info" className="drover-gap" title={text('secret.once')} />
        {children}
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" onClick={onClose}>
          {text('action.close')}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
