import { Button, Content, Form, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { type FormEvent, type ReactElement, useState } from 'react';
import { Choice } from '../components/Choice.js';
import { Field, TextField } from '../components/Field.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { ShownOnce } from '../components/ShownOnce.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { LIFETIMES, type Lifetime } from './token.js';
import { useTokenChanges } from './tokens.js';
import { useClusterNames } from './useClusterNames.js';

/** Makes an API key, and shows it once. */
export function CreateKey({ onClose }: { onClose: () => void }): ReactElement {
  const text = useText();
  const { create } = useTokenChanges();
  const clusters = useClusterNames();
  const [description, setDescription] = useState('');
  const [lifetime, setLifetime] = useState<Lifetime>('quarter');
  const [cluster, setCluster] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [made, setMade] = useState<string>();
  if (made !== undefined) return <MadeKey bearer={made} onClose={onClose} />;
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      setMade(await create({ description, lifetime, cluster }));
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  const scopes = [...clusters].map(([value, label]) => ({ value, label }));
  const lifetimes = Object.keys(LIFETIMES) as Lifetime[];
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="key-title">
      <ModalHeader title={text('account.key.create')} labelId="key-title" />
      <ModalBody>
        <Form id="create-key" onSubmit={(event) => void save(event)} noValidate>
          {error !== undefined && <ProblemAlert what={message('account.key.createFailed')} error={error} />}
          <TextField
            id="key-description"
            label={text('account.key.description')}
            hint={text('account.key.descriptionHint')}
            value={description}
            onChange={setDescription}
            autoFocus
          />
          <Field id="key-lifetime" label={text('account.key.lifetime')}>
            <Choice
              id="key-lifetime"
              value={lifetime}
              onChange={setLifetime}
              options={lifetimes.map((value) => ({ value, label: text(`account.lifetime.${value}`) }))}
            />
          </Field>
          <Field id="key-scope" label={text('account.key.scope')} hint={text('account.key.scopeHint')}>
            <Choice
              id="key-scope"
              value={cluster}
              onChange={setCluster}
              options={[{ value: '', label: text('account.key.everywhere') }, ...scopes]}
            />
          </Field>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" type="submit" form="create-key" isLoading={busy} isDisabled={busy}>
          {text('action.create')}
        </Button>
        <Button variant="link" onClick={onClose}>
          {text('action.cancel')}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

function MadeKey({ bearer, onClose }: { bearer: string; onClose: () => void }): ReactElement {
  const text = useText();
  return (
    <ShownOnce title={text('account.key.made')} label={text('account.key.bearer')} secret={bearer} onClose={onClose}>
      <Content component="p" className="drover-gap drover-words">
        {text('account.key.use')} <code>Authorization: Bearer {bearer.split(':', 1)[0]}:…</code>
      </Content>
    </ShownOnce>
  );
}
