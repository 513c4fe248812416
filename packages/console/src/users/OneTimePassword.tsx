import { Alert, Button, ClipboardCopy, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { useText } from '../i18n/text.js';

/** Shows a password that was made here, once: nothing keeps it. */
export function OneTimePassword({
  username,
  password,
  onClose,
}: {
  username: string;
  password: string;
  onClose: () => void;
}): ReactElement {
  const text = useText();
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="secret-title">
      <ModalHeader title={text('user.secret.of', { name: username })} labelId="secret-title" />
      <ModalBody>
        <ClipboardCopy
          isReadOnly
          hoverTip={text('action.copy')}
          clickTip={text('action.copied')}
          textAriaLabel={text('signIn.password')}
        >
          {password}
        </ClipboardCopy>
        <Alert isInline isPlain variant="info" className="drover-gap" title={text('user.secret.once')} />
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" onClick={onClose}>
          {text('action.close')}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
