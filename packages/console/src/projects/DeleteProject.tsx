import { projects } from '@drover/api';
import { Content, List, ListItem } from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi } from '../app/services.js';
import { Confirm } from '../components/Confirm.js';
import { useNotify } from '../components/notify.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { useMachines } from '../vms/machines.js';
import type { NamespaceRow, ProjectRow } from './project.js';
import { useNamespaces } from './projects.js';

/** Says what becomes of a project's namespaces, asks for its name, and deletes it. */
export function DeleteProject({
  cluster,
  project,
  onClose,
}: {
  cluster: string;
  project: ProjectRow;
  onClose: () => void;
}): ReactElement {
  const text = useText();
  const notify = useNotify();
  const api = useApi(LOCAL);
  const { namespaces } = useNamespaces(cluster);
  const { machines } = useMachines(cluster);
  const [error, setError] = useState<unknown>();
  const { key: id, name } = project;
  const inside = namespaces.filter((namespace) => namespace.project === id);
  const going = inside.filter(({ goesWithProject }) => goesWithProject);
  const staying = inside.filter(({ goesWithProject }) => !goesWithProject);
  const lost = machines.filter(({ namespace }) => going.some((each) => each.name === namespace)).length;
  const remove = async (): Promise<void> => {
    try {
      await api.delete(projects, { namespace: cluster, name: id });
      notify.done(message('project.deleting', { name }));
      onClose();
    } catch (refused) {
      setError(refused);
    }
  };
  return (
    <Confirm
      title={text('project.delete.title', { name })}
      action={text('action.delete')}
      typed={name}
      onConfirm={remove}
      onClose={onClose}
    >
      {error !== undefined && <ProblemAlert what={message('project.deleteFailed', { name })} error={error} />}
      <Content component="p">{text('project.delete.members')}</Content>
      {going.length > 0 && (
        <>
          <Content component="p">{text('project.delete.going', { count: going.length })}</Content>
          <Names of={going} />
          {lost > 0 && <Content component="p">{text('namespace.delete.machines', { count: lost })}</Content>}
        </>
      )}
      {staying.length > 0 && (
        <>
          <Content component="p">{text('project.delete.staying', { count: staying.length })}</Content>
          <Names of={staying} />
        </>
      )}
      {inside.length === 0 && <Content component="p">{text('project.delete.empty')}</Content>}
    </Confirm>
  );
}

function Names({ of }: { of: readonly NamespaceRow[] }): ReactElement {
  return (
    <List className="drover-names">
      {of.map(({ key }) => (
        <ListItem key={key}>{key}</ListItem>
      ))}
    </List>
  );
}
