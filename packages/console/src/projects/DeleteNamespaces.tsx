import { namespaces as kind } from '@drover/api';
import { Content, List, ListItem } from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';
import { useApi } from '../app/services.js';
import { type Outcome, runEach } from '../commands/command.js';
import { Confirm } from '../components/Confirm.js';
import { useNotify } from '../components/notify.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { useMachines } from '../vms/machines.js';
import type { NamespaceRow } from './project.js';

/** Says what goes with namespaces, asks for the name (of several, for a word), and deletes them. */
export function DeleteNamespaces({
  cluster,
  namespaces,
  onClose,
  onDeleted,
}: {
  cluster: string;
  namespaces: readonly NamespaceRow[];
  onClose: () => void;
  onDeleted: () => void;
}): ReactElement {
  const text = useText();
  const notify = useNotify();
  const api = useApi(cluster);
  const { machines } = useMachines(cluster);
  const [failed, setFailed] = useState<readonly Outcome<NamespaceRow>[]>([]);
  const [first] = namespaces;
  const only = namespaces.length === 1 ? first : undefined;
  const count = machines.filter(({ namespace }) => namespaces.some(({ name }) => name === namespace)).length;
  const remove = async (): Promise<void> => {
    const failures: Outcome<NamespaceRow>[] = [];
    await runEach(
      namespaces,
      ({ name }) => api.delete(kind, { name }),
      (outcome) => {
        if (outcome.error === undefined) notify.done(message('namespace.deleting', { name: outcome.target.name }));
        else failures.push(outcome);
      },
    );
    setFailed(failures);
    if (failures.length > 0) return;
    onDeleted();
    onClose();
  };
  return (
    <Confirm
      title={
        only
          ? text('namespace.delete.title', { name: only.name })
          : text('namespace.delete.titleMany', { count: namespaces.length })
      }
      action={text('action.delete')}
      typed={only?.name ?? text('user.delete.typed')}
      onConfirm={remove}
      onClose={onClose}
    >
      {failed.map(({ target, error }) => (
        <ProblemAlert key={target.key} what={message('namespace.deleteFailed', { name: target.name })} error={error} />
      ))}
      {only === undefined && (
        <List isPlain className="drover-names">
          {namespaces.map(({ key }) => (
            <ListItem key={key}>{key}</ListItem>
          ))}
        </List>
      )}
      <Content component="p">{text('namespace.delete.what')}</Content>
      {count > 0 && <Content component="p">{text('namespace.delete.machines', { count })}</Content>}
    </Confirm>
  );
}
