import { namespaces as kind } from '@drover/api';
import { Content } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { useApi } from '../app/services.js';
import { DeleteDialog } from '../commands/DeleteDialog.js';
import { useText } from '../i18n/text.js';
import { useMachines } from '../vms/machines.js';
import type { NamespaceRow } from './project.js';

/** Says what goes with namespaces, and deletes them. */
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
  const api = useApi(cluster);
  const { machines } = useMachines(cluster);
  const [first] = namespaces;
  const count = machines.filter(({ namespace }) => namespaces.some(({ name }) => name === namespace)).length;
  return (
    <DeleteDialog
      targets={namespaces}
      title={
        namespaces.length === 1 && first
          ? text('namespace.delete.title', { name: first.name })
          : text('namespace.delete.titleMany', { count: namespaces.length })
      }
      done="namespace.deleting"
      failed="namespace.deleteFailed"
      remove={({ name }) => api.delete(kind, { name })}
      onClose={onClose}
      onDeleted={onDeleted}
    >
      <Content component="p">{text('namespace.delete.what')}</Content>
      {count > 0 && <Content component="p">{text('namespace.delete.machines', { count })}</Content>}
    </DeleteDialog>
  );
}
