import { Button, Content, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { CheckCircleIcon, ExclamationCircleIcon, InProgressIcon } from '@patternfly/react-icons';
import { type ReactElement, type ReactNode, useState } from 'react';
import { problemOf } from '../components/problem.js';
import { useText } from '../i18n/text.js';
import { type Outcome, runEach } from './command.js';

/** Names the targets of a command, gives it to each, and shows each result; what failed can be tried again. */
export function BulkDialog<T extends { readonly key: string }>({
  title,
  action,
  isDangerous = false,
  isReady = true,
  targets,
  run,
  onClose,
  children,
}: {
  title: string;
  /** What the button says. */
  action: string;
  isDangerous?: boolean;
  /** Whether what the command asks for beside its targets is given. */
  isReady?: boolean;
  targets: readonly T[];
  run: (target: T) => Promise<void>;
  onClose: (ran: boolean) => void;
  /** What stands above the names. */
  children?: ReactNode;
}): ReactElement {
  const text = useText();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome<T>>>(new Map());
  const [phase, setPhase] = useState<'asking' | 'running' | 'done'>('asking');
  const failed = targets.filter(({ key }) => outcomes.get(key)?.error !== undefined);
  const give = async (to: readonly T[]): Promise<void> => {
    setPhase('running');
    setOutcomes((now) => new Map([...now].filter(([key]) => !to.some((target) => target.key === key))));
    await runEach(to, run, (outcome) => setOutcomes((now) => new Map(now).set(outcome.target.key, outcome)));
    setPhase('done');
  };
  return (
    <Modal isOpen variant="small" onClose={() => onClose(phase === 'done')} aria-labelledby="bulk-title">
      <ModalHeader title={title} labelId="bulk-title" />
      <ModalBody>
        {children}
        <ul className="drover-names">
          {targets.map(({ key }) => {
            const outcome = outcomes.get(key);
            return (
              <li key={key}>
                {phase !== 'asking' && <OutcomeIcon outcome={outcome} />} {key}
                {outcome?.error !== undefined && <Reason error={outcome.error} />}
              </li>
            );
          })}
        </ul>
      </ModalBody>
      <ModalFooter>
        {phase === 'done' ? (
          <>
            {failed.length > 0 && (
              <Button variant="primary" onClick={() => void give(failed)}>
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
              variant={isDangerous ? 'danger' : 'primary'}
              isLoading={phase === 'running'}
              isDisabled={phase === 'running' || !isReady}
              onClick={() => void give(targets)}
            >
              {action}
            </Button>
            <Button variant="link" isDisabled={phase === 'running'} onClick={() => onClose(false)}>
              {text('action.cancel')}
            </Button>
          </>
        )}
      </ModalFooter>
    </Modal>
  );
}

function Reason({ error }: { error: unknown }): ReactElement {
  const text = useText();
  const { reason } = problemOf(error);
  return (
    <Content component="p" className="drover-words">
      {typeof reason === 'string' ? reason : text(reason)}
    </Content>
  );
}

function OutcomeIcon({ outcome }: { outcome: Outcome<unknown> | undefined }): ReactElement {
  const text = useText();
  if (outcome === undefined) return <InProgressIcon aria-label={text('bulk.running')} />;
  if (outcome.error === undefined) return <CheckCircleIcon className="drover-good" aria-label={text('bulk.done')} />;
  return <ExclamationCircleIcon className="drover-bad" aria-label={text('bulk.failed')} />;
}
