import { projects } from '@drover/api';
import { Content, List, ListItem } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi } from '../app/services.js';
import { DeleteDialog } from '../commands/DeleteDialog.js';
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
  const api = useApi(LOCAL);
  const { namespaces } = useNamespaces(cluster);
  const { machines } = useMachines(cluster);
  const { key: id, name } = project;
  const inside = namespaces.filter((namespace) => namespace.project === id);
  const going = inside.filter(({ goesWithProject }) => goesWithProject);
  const staying = inside.filter(({ goesWithProject }) => !goesWithProject);
  const lost = machines.filter(({ namespace }) => going.some((each) => each.name === namespace)).length;
  return (
    <DeleteDialog
      targets={[project]}
      title={text('project.delete.title', { name })}
      done="project.deleting"
      failed="project.deleteFailed"
      remove={() => api.delete(projects, { namespace: cluster, name: id })}
      onClose={onClose}
    >
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
    </DeleteDialog>
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
