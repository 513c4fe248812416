import type { IAction } from '@patternfly/react-table';
import { type ReactElement, type ReactNode, useCallback, useState } from 'react';
import { useApi } from '../app/services.js';
import { refusal, useCommands } from '../commands/useCommands.js';
import { openConsole } from '../consoles/window.js';
import { type Message, message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import type { Rights } from '../rights/rights.js';
import { consoleOffer, deleteOffer, type VmCommand, vmCommands } from './commands.js';
import { DeleteMachines } from './DeleteMachines.js';
import type { Machine } from './machine.js';

const warning = ({ id }: VmCommand): Message => message(id === 'force-stop' ? 'vm.confirm.force' : 'vm.confirm.guest');

/** What a menu of a machine's orders needs: the entries, and the dialogs they open. */
export function useVmActions(
  cluster: string,
  rights: Rights,
  onDeleted?: () => void,
): { actions: (machine: Machine) => IAction[]; dialogs: ReactNode } {
  const text = useText();
  const api = useApi(cluster);
  const [deleting, setDeleting] = useState<Machine>();
  const orders = useCommands(vmCommands, api, warning, rights);
  const { entries } = orders;
  const actions = useCallback(
    (machine: Machine): IAction[] => [
      ...entries(machine),
      { isSeparator: true },
      ...(['vnc', 'serial'] as const).map(
        (kind): IAction => ({
          title: text(`console.open.${kind}`),
          ...refusal(consoleOffer(machine, kind, rights), text),
          onClick: () => openConsole(cluster, machine.namespace, machine.name, kind),
        }),
      ),
      { isSeparator: true },
      {
        title: text('action.delete'),
        isDanger: true,
        ...refusal(deleteOffer(machine, rights), text),
        onClick: () => setDeleting(machine),
      },
    ],
    [text, entries, cluster, rights],
  );
  const dialogs: ReactElement = (
    <>
      {orders.dialogs}
      {deleting && (
        <DeleteMachines
          cluster={cluster}
          machines={[deleting]}
          onClose={() => setDeleting(undefined)}
          {...(onDeleted === undefined ? {} : { onDeleted })}
        />
      )}
    </>
  );
  return { actions, dialogs };
}
