import { Button, EmptyState, EmptyStateBody } from '@patternfly/react-core';
import { ExternalLinkAltIcon, LockIcon, PowerOffIcon } from '@patternfly/react-icons';
import type { ReactElement } from 'react';
import { MachineConsole } from '../../consoles/ConsoleWindow.js';
import { type ConsoleKind, openConsole } from '../../consoles/window.js';
import { useText } from '../../i18n/text.js';
import { isOfRights, type Rights } from '../../rights/rights.js';
import { consoleOffer } from '../commands.js';
import type { Machine } from '../machine.js';

/** A console of the machine inside its page. */
export function ConsoleTab({
  cluster,
  machine,
  kind,
  rights,
}: {
  cluster: string;
  machine: Machine;
  kind: ConsoleKind;
  rights: Rights;
}): ReactElement {
  const text = useText();
  const { namespace, name } = machine;
  const offer = consoleOffer(machine, kind, rights);
  if (typeof offer !== 'string')
    return (
      <EmptyState
        titleText={text(isOfRights(offer) ? 'console.notAllowed' : 'console.notRunning', { name })}
        icon={isOfRights(offer) ? LockIcon : PowerOffIcon}
        headingLevel="h2"
      >
        <EmptyStateBody>{text(offer)}</EmptyStateBody>
      </EmptyState>
    );
  return (
    <>
      <Button
        variant="link"
        isInline
        icon={<ExternalLinkAltIcon />}
        iconPosition="end"
        onClick={() => openConsole(cluster, namespace, name, kind)}
      >
        {text('console.ownWindow')}
      </Button>
      <MachineConsole cluster={cluster} namespace={namespace} name={name} kind={kind} />
    </>
  );
}
