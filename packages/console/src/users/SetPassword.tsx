import { Alert, Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { type FormEvent, type ReactElement, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi, useServices } from '../app/services.js';
import { useNotify } from '../components/notify.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import type { Account } from './account.js';
import { OneTimePassword } from './OneTimePassword.js';
import { PasswordFields } from './PasswordFields.js';
import { setPassword } from './saving.js';
import { emptyUser, generatePassword, userFaults } from './user-form.js';

/** Gives a user another password. */
export function SetPassword({ account, onClose }: { account: Account; onClose: () => void }): ReactElement {
  const text = useText();
  const notify = useNotify();
  const api = useApi(LOCAL);
  const { randomBytes } = useServices();
  const [form, setForm] = useState(() => ({ ...emptyUser([]), username: account.name }));
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [made, setMade] = useState<string>();
  const found = userFaults(form, []);
  if (made !== undefined) return <OneTimePassword username={account.name} password={made} onClose={onClose} />;
  const save = async (event?: FormEvent): Promise<void> => {
    event?.preventDefault();
    setTried(true);
    if (found.password !== undefined || found.again !== undefined) return;
    setBusy(true);
    setError(undefined);
    const password = form.secret === 'generated' ? generatePassword(randomBytes) : form.password;
    try {
      await setPassword(api, account.id, password, form.mustChange);
      notify.done(message('user.passwordSet', { name: account.name }));
      if (form.secret === 'generated') setMade(password);
      else onClose();
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="password-title">
      <ModalHeader title={text('user.passwordOf', { name: account.name })} labelId="password-title" />
      <ModalBody>
        <Form id="set-password" onSubmit={(event) => void save(event)} noValidate>
          {error !== undefined && (
            <ProblemAlert what={message('user.passwordFailed', { name: account.name })} error={error} />
          )}
          <Alert isInline isPlain variant="info" title={text('user.passwordEnds')} />
          <PasswordFields
            form={form}
            faults={tried ? found : {}}
            onChange={(change) => setForm((now) => ({ ...now, ...change }))}
          />
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" type="submit" form="set-password" isLoading={busy} isDisabled={busy}>
          {text('user.command.password')}
        </Button>
        <Button variant="link" onClick={onClose}>
          {text('action.cancel')}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
