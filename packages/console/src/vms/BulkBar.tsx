import { Button, Content, ToolbarGroup, ToolbarItem, Tooltip } from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';
import { useApi } from '../app/services.js';
import { BulkDialog } from '../commands/BulkDialog.js';
import { bulkOffers } from '../commands/command.js';
import { OfferedButton } from '../components/OfferedButton.js';
import { useText } from '../i18n/text.js';
import type { Rights } from '../rights/rights.js';
import { deleteOffer, type VmCommand, vmCommands } from './commands.js';
import { DeleteMachines } from './DeleteMachines.js';
import type { Machine } from './machine.js';

/** The orders for the chosen machines. */
export function BulkBar({
  cluster,
  machines,
  rights,
  onDone,
}: {
  cluster: string;
  machines: readonly Machine[];
  rights: Rights;
  onDone: () => void;
}): ReactElement | null {
  const text = useText();
  const api = useApi(cluster);
  const [asked, setAsked] = useState<{ command: VmCommand; takers: readonly Machine[] }>();
  const [deleting, setDeleting] = useState<readonly Machine[]>();
  const deletable = machines.filter((machine) => deleteOffer(machine, rights) === 'yes');
  const removal = machines.map((machine) => deleteOffer(machine, rights)).find((offer) => offer !== 'yes') ?? 'yes';
  const left = machines.length - (asked?.takers.length ?? 0);
  return (
    <>
      {machines.length > 0 && (
        <ToolbarGroup variant="action-group" aria-label={text('bulk.bar')}>
          <ToolbarItem alignSelf="center">{text('bulk.selected', { count: machines.length })}</ToolbarItem>
          {bulkOffers(vmCommands, machines, rights).map(({ command, takers, refusal }) => {
            const button = (
              <Button
                variant="secondary"
                size="sm"
                isAriaDisabled={takers.length === 0}
                onClick={() => setAsked({ command, takers })}
              >
                {text(command.title)}
              </Button>
            );
            return (
              <ToolbarItem key={command.id}>
                {takers.length === 0 ? (
                  <Tooltip content={refusal === undefined ? text('bulk.nobody') : text(refusal)}>{button}</Tooltip>
                ) : (
                  button
                )}
              </ToolbarItem>
            );
          })}
          <ToolbarItem>
            <OfferedButton
              variant="secondary"
              size="sm"
              isDanger
              offer={deletable.length > 0 ? 'yes' : removal}
              onClick={() => setDeleting(deletable)}
            >
              {text('action.delete')}
            </OfferedButton>
          </ToolbarItem>
        </ToolbarGroup>
      )}
      {asked && (
        <BulkDialog
          title={text('bulk.title', { command: text(asked.command.title), count: asked.takers.length })}
          action={text(asked.command.title)}
          isDangerous={asked.command.dangerous === true}
          targets={asked.takers}
          run={(machine) => asked.command.run(machine, api)}
          onClose={(ran) => {
            setAsked(undefined);
            if (ran) onDone();
          }}
        >
          {left > 0 && <Content component="p">{text('bulk.left', { count: left })}</Content>}
        </BulkDialog>
      )}
      {deleting && (
        <DeleteMachines
          cluster={cluster}
          machines={deleting}
          onClose={() => setDeleting(undefined)}
          onDeleted={onDone}
        />
      )}
    </>
  );
}
