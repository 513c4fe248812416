import type { IAction } from '@patternfly/react-table';
import { type ReactElement, type ReactNode, useCallback, useState } from 'react';
import type { ClusterApi } from '../api/cluster-api.js';
import { useApi } from '../app/services.js';
import type { Offer } from '../commands/command.js';
import { Confirm } from '../components/Confirm.js';
import { useNotify } from '../components/notify.js';
import { openConsole } from '../consoles/window.js';
import { message } from '../i18n/message.js';
import { type Text, useText } from '../i18n/text.js';
import { consoleOffer, deleteOffer, type VmCommand, vmCommands } from './commands.js';
import { DeleteMachines } from './DeleteMachines.js';
import type { Machine } from './machine.js';

/** What a menu of a machine's orders needs: the entries, and the dialogs they open. */
export function useVmActions(
  cluster: string,
  onDeleted?: () => void,
): { actions: (machine: Machine) => IAction[]; dialogs: ReactNode } {
  const text = useText();
  const api = useApi(cluster);
  const [asked, setAsked] = useState<{ command: VmCommand; machine: Machine }>();
  const [deleting, setDeleting] = useState<Machine>();
  const give = useGive(api);
  const actions = useCallback(
    (machine: Machine): IAction[] => [
      ...vmCommands.flatMap((command): IAction[] => {
        const offer = command.offer(machine);
        if (offer === 'hidden') return [];
        const onClick = (): void => {
          if (command.dangerous) setAsked({ command, machine });
          else void give(command, machine);
        };
        return [{ title: text(command.title), ...refusal(offer, text), onClick }];
      }),
      { isSeparator: true },
      ...(['vnc', 'serial'] as const).map(
        (kind): IAction => ({
          title: text(`console.open.${kind}`),
          ...refusal(consoleOffer(machine), text),
          onClick: () => openConsole(cluster, machine.namespace, machine.name, kind),
        }),
      ),
      { isSeparator: true },
      {
        title: text('action.delete'),
        isDanger: true,
        ...refusal(deleteOffer(machine), text),
        onClick: () => setDeleting(machine),
      },
    ],
    [text, give, cluster],
  );
  const dialogs: ReactElement = (
    <>
      {asked && (
        <Confirm
          title={text('vm.confirm.title', { command: text(asked.command.title), name: asked.machine.name })}
          action={text(asked.command.title)}
          onConfirm={async () => {
            await give(asked.command, asked.machine);
            setAsked(undefined);
          }}
          onClose={() => setAsked(undefined)}
        >
          {text(asked.command.id === 'force-stop' ? 'vm.confirm.force' : 'vm.confirm.guest')}
        </Confirm>
      )}
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

/** A refused entry stays in the menu, cannot be chosen, and says why. */
function refusal(offer: Offer, text: Text): Partial<IAction> {
  return typeof offer === 'string' ? {} : { isAriaDisabled: true, description: text(offer) };
}

/** Gives one order, and tells what came of it. */
function useGive(api: ClusterApi): (command: VmCommand, machine: Machine) => Promise<void> {
  const text = useText();
  const notify = useNotify();
  return useCallback(
    async (command, machine) => {
      const values = { command: text(command.title), name: machine.name };
      try {
        await command.run(machine, api);
        notify.done(message('vm.ordered', values));
      } catch (error) {
        notify.failed(message('vm.orderFailed', values), error);
      }
    },
    [api, notify, text],
  );
}
