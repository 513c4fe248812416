import type { KubeObject, Stored } from '@drover/api';
import { ActionGroup, Alert, Button, Form } from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';
import { parseDocument } from 'yaml';
import type { Offer } from '../commands/command.js';
import { OfferedButton } from '../components/OfferedButton.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { ProblemAlert } from './ProblemAlert.js';
import { YamlEditor } from './YamlEditor.js';
import { yamlOf } from './yaml.js';

/**
 * The object as YAML, to be edited. While nothing is edited it follows the object; an edit stays as it is when the object
 * changes meanwhile, and saving is then refused by the server.
 */
export function YamlTab<T extends KubeObject>({
  object,
  onSave,
  offer = 'yes',
}: {
  object: T;
  onSave: (object: T) => Promise<Stored<T>>;
  /** Whether it can be saved, and why not. */
  offer?: Offer;
}): ReactElement {
  const text = useText();
  const [edit, setEdit] = useState<{ text: string; from: string | undefined }>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const shown = edit?.text ?? yamlOf(object);
  const moved = edit !== undefined && edit.from !== object.metadata.resourceVersion;
  const broken = edit !== undefined && parseDocument(edit.text).errors.length > 0;
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      // The server decides whether this is such an object; nothing here reads it.
      await onSave(parseDocument(shown).toJS() as T);
      setEdit(undefined);
    } catch (refused) {
      setError(refused);
    }
    setBusy(false);
  };
  return (
    <Form>
      {error !== undefined && (
        <ProblemAlert what={message('yaml.failed', { name: object.metadata.name ?? '' })} error={error} />
      )}
      {moved && <Alert isInline isPlain variant="warning" title={text('yaml.moved')} />}
      <YamlEditor
        label={text('yaml.of', { name: object.metadata.name ?? '' })}
        value={shown}
        onChange={(next) => {
          if (next === yamlOf(object) && edit === undefined) return;
          setEdit({ text: next, from: edit?.from ?? object.metadata.resourceVersion });
        }}
      />
      <ActionGroup>
        <OfferedButton
          offer={offer}
          variant="primary"
          isDisabled={edit === undefined || busy || broken}
          isLoading={busy}
          onClick={() => void save()}
        >
          {text('action.save')}
        </OfferedButton>
        <Button variant="link" isDisabled={edit === undefined} onClick={() => setEdit(undefined)}>
          {text('action.discard')}
        </Button>
      </ActionGroup>
    </Form>
  );
}
