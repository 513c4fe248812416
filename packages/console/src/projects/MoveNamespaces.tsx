import { namespaces as kind } from '@drover/api';
import { Content, Form } from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';
import { useApi } from '../app/services.js';
import { BulkDialog } from '../commands/BulkDialog.js';
import { Choice } from '../components/Choice.js';
import { Field } from '../components/Field.js';
import { useText } from '../i18n/text.js';
import { type NamespaceRow, NO_PROJECT, type ProjectRow, placement } from './project.js';

/** Stands for a choice not made; no project has this id. */
const UNDECIDED = '?';

/** Moves namespaces to a project, or out of all. */
export function MoveNamespaces({
  cluster,
  namespaces,
  projects,
  mayLeave,
  onClose,
}: {
  cluster: string;
  namespaces: readonly NamespaceRow[];
  /** The projects that the reader may put namespaces into. */
  projects: readonly ProjectRow[];
  /** Whether the reader sees to namespaces that are in no project. */
  mayLeave: boolean;
  onClose: (ran: boolean) => void;
}): ReactElement {
  const text = useText();
  const api = useApi(cluster);
  const [to, setTo] = useState(UNDECIDED);
  return (
    <BulkDialog
      title={text('namespace.moveTitle', { count: namespaces.length })}
      action={text('namespace.move')}
      isReady={to !== UNDECIDED}
      targets={namespaces}
      run={({ name }) => api.mergePatch(kind, { name }, placement(cluster, to))}
      onClose={onClose}
    >
      <Form
        onSubmit={(event) => {
          event.preventDefault();
        }}
      >
        <Field id="move-to" label={text('column.project')} isRequired>
          <Choice
            id="move-to"
            value={to}
            options={[
              { value: UNDECIDED, label: text('project.choose') },
              ...projects.map(({ key, name }) => ({ value: key, label: name })),
              ...(mayLeave ? [{ value: NO_PROJECT, label: text('project.noneOf') }] : []),
            ]}
            onChange={setTo}
          />
        </Field>
      </Form>
      <Content component="p" className="drover-gap">
        {text('namespace.moveWhat')}
      </Content>
    </BulkDialog>
  );
}
