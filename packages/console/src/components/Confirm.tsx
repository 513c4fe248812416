import { Button, Form, FormGroup, Modal, ModalBody, ModalFooter, ModalHeader, TextInput } from '@patternfly/react-core';
import { type ReactElement, type ReactNode, useState } from 'react';
import { useText } from '../i18n/text.js';

/** Asks before something that cannot be taken back; with `typed`, until that name is typed. */
export function Confirm({
  title,
  action,
  children,
  typed,
  onConfirm,
  onClose,
}: {
  title: string;
  action: string;
  children: ReactNode;
  typed?: string;
  onConfirm: () => Promise<void> | void;
  onClose: () => void;
}): ReactElement {
  const text = useText();
  const [value, setValue] = useState('');
  const [busy, setBusy] = useState(false);
  const ready = typed === undefined || value === typed;
  const confirm = async (): Promise<void> => {
    setBusy(true);
    await onConfirm();
    setBusy(false);
  };
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="confirm-title" aria-describedby="confirm-body">
      <ModalHeader title={title} titleIconVariant="warning" labelId="confirm-title" />
      <ModalBody id="confirm-body">
        {children}
        {typed !== undefined && (
          <Form
            className="drover-typed"
            onSubmit={(event) => {
              event.preventDefault();
              if (ready) void confirm();
            }}
          >
            <FormGroup label={text('confirm.type', { name: typed })} fieldId="confirm-name">
              <TextInput
                id="confirm-name"
                value={value}
                onChange={(_event, next) => setValue(next)}
                autoComplete="off"
              />
            </FormGroup>
          </Form>
        )}
      </ModalBody>
      <ModalFooter>
        <Button variant="danger" isDisabled={!ready || busy} isLoading={busy} onClick={() => void confirm()}>
          {action}
        </Button>
        <Button variant="link" onClick={onClose}>
          {text('action.cancel')}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
