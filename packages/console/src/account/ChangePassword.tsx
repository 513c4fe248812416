import { Button, Modal, ModalBody, ModalHeader } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { useNotify } from '../components/notify.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { OwnPasswordForm } from '../session/OwnPasswordForm.js';
import type { User } from '../session/session.js';

/** Changes the user's own password. */
export function ChangePassword({ user, onClose }: { user: User; onClose: () => void }): ReactElement {
  const text = useText();
  const notify = useNotify();
  const done = (): void => {
    notify.done(message('account.passwordChanged'));
    onClose();
  };
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="own-password-title">
      <ModalHeader title={text('password.action')} labelId="own-password-title" />
      <ModalBody>
        <OwnPasswordForm user={user} note={text('account.passwordEnds')} onDone={done}>
          {({ busy, incomplete }) => (
            <div>
              <Button type="submit" variant="primary" isLoading={busy} isDisabled={busy || incomplete}>
                {text('password.action')}
              </Button>{' '}
              <Button variant="link" onClick={onClose}>
                {text('action.cancel')}
              </Button>
            </div>
          )}
        </OwnPasswordForm>
      </ModalBody>
    </Modal>
  );
}
