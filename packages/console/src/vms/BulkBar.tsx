import {
  Button,
  Content,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  ToolbarGroup,
  ToolbarItem,
  Tooltip,
} from '@patternfly/react-core';
import { CheckCircleIcon, ExclamationCircleIcon, InProgressIcon } from '@patternfly/react-icons';
import { type ReactElement, useState } from 'react';
import { useApi } from '../app/services.js';
import { bulkOffers, type Outcome, runEach } from '../commands/command.js';
import { problemOf } from '../components/problem.js';
import { useText } from '../i18n/text.js';
import { type VmCommand, vmCommands } from './commands.js';
import { DeleteMachines } from './DeleteMachines.js';
import type { Machine } from './machine.js';

/** The orders for the chosen machines. */
export function BulkBar({
  cluster,
  machines,
  onDone,
}: {
  cluster: string;
  machines: readonly Machine[];
  onDone: () => void;
}): ReactElement | null {
  const text = useText();
  const [asked, setAsked] = useState<{ command: VmCommand; takers: readonly Machine[] }>();
  const [deleting, setDeleting] = useState<readonly Machine[]>();
  return (
    <>
      {machines.length > 0 && (
        <ToolbarGroup variant="action-group" aria-label={text('bulk.bar')}>
          <ToolbarItem alignSelf="center">{text('bulk.selected', { count: machines.length })}</ToolbarItem>
          {bulkOffers(vmCommands, machines).map(({ command, takers }) => {
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
                {takers.length === 0 ? <Tooltip content={text('bulk.nobody')}>{button}</Tooltip> : button}
              </ToolbarItem>
            );
          })}
          <ToolbarItem>
            <Button variant="secondary" size="sm" isDanger onClick={() => setDeleting(machines)}>
              {text('action.delete')}
            </Button>
          </ToolbarItem>
        </ToolbarGroup>
      )}
      {asked && (
        <BulkDialog
          cluster={cluster}
          {...asked}
          left={machines.length - asked.takers.length}
          onClose={(ran) => {
            setAsked(undefined);
            if (ran) onDone();
          }}
        />
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

/** Names the machines, gives the order, and shows each result; what failed can be tried again. */
function BulkDialog({
  cluster,
  command,
  takers,
  left,
  onClose,
}: {
  cluster: string;
  command: VmCommand;
  takers: readonly Machine[];
  left: number;
  onClose: (ran: boolean) => void;
}): ReactElement {
  const text = useText();
  const api = useApi(cluster);
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome<Machine>>>(new Map());
  const [phase, setPhase] = useState<'asking' | 'running' | 'done'>('asking');
  const failed = takers.filter(({ key }) => outcomes.get(key)?.error !== undefined);
  const run = async (targets: readonly Machine[]): Promise<void> => {
    setPhase('running');
    setOutcomes((now) => new Map([...now].filter(([key]) => !targets.some((target) => target.key === key))));
    await runEach(
      targets,
      (machine) => command.run(machine, api),
      (outcome) => setOutcomes((now) => new Map(now).set(outcome.target.key, outcome)),
    );
    setPhase('done');
  };
  return (
    <Modal isOpen variant="small" onClose={() => onClose(phase === 'done')} aria-labelledby="bulk-title">
      <ModalHeader
        title={text('bulk.title', { command: text(command.title), count: takers.length })}
        labelId="bulk-title"
      />
      <ModalBody>
        {left > 0 && <Content component="p">{text('bulk.left', { count: left })}</Content>}
        <ul className="drover-names">
          {takers.map((machine) => {
            const outcome = outcomes.get(machine.key);
            return (
              <li key={machine.key}>
                {phase !== 'asking' && <OutcomeIcon outcome={outcome} />} {machine.key}
                {outcome?.error !== undefined && <div className="drover-words">{reasonOf(outcome.error)}</div>}
              </li>
            );
          })}
        </ul>
      </ModalBody>
      <ModalFooter>
        {phase === 'done' ? (
          <>
            {failed.length > 0 && (
              <Button variant="primary" onClick={() => void run(failed)}>
                {text('bulk.retry', { count: failed.length })}
              </Button>
            )}
            <Button variant={failed.length > 0 ? 'link' : 'primary'} onClick={() => onClose(true)}>
              {text('action.close')}
            </Button>
          </>
        ) : (
          <>
            <Button
              variant={command.dangerous ? 'danger' : 'primary'}
              isLoading={phase === 'running'}
              isDisabled={phase === 'running'}
              onClick={() => void run(takers)}
            >
              {text(command.title)}
            </Button>
            <Button variant="link" isDisabled={phase === 'running'} onClick={() => onClose(false)}>
              {text('action.cancel')}
            </Button>
          </>
        )}
      </ModalFooter>
    </Modal>
  );

  function reasonOf(error: unknown): string {
    const { reason } = problemOf(error);
    return typeof reason === 'string' ? reason : text(reason);
  }
}

function OutcomeIcon({ outcome }: { outcome: Outcome<Machine> | undefined }): ReactElement {
  const text = useText();
  if (outcome === undefined) return <InProgressIcon aria-label={text('bulk.running')} />;
  if (outcome.error === undefined) return <CheckCircleIcon className="drover-good" aria-label={text('bulk.done')} />;
  return <ExclamationCircleIcon className="drover-bad" aria-label={text('bulk.failed')} />;
}
