import { List, ListItem } from '@patternfly/react-core';
import { type ReactElement, type ReactNode, useState } from 'react';
import { Confirm } from '../components/Confirm.js';
import { useNotify } from '../components/notify.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { type MessageKey, message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { type Outcome, runEach } from './command.js';

/** Says what goes with objects, asks for the name (of several, for a word), and deletes them; what is refused is told. */
export function DeleteDialog<T extends { readonly key: string; readonly name: string }>({
  targets,
  title,
  done,
  failed,
  remove,
  onClose,
  onDeleted,
  children,
}: {
  targets: readonly T[];
  title: string;
  /** Texts about `{{name}}`. */
  done: MessageKey;
  failed: MessageKey;
  remove: (target: T) => Promise<void>;
  onClose: () => void;
  /** All of them are deleted. */
  onDeleted?: (() => void) | undefined;
  /** What happens. */
  children: ReactNode;
}): ReactElement {
  const text = useText();
  const notify = useNotify();
  const [failures, setFailures] = useState<readonly Outcome<T>[]>([]);
  const [first] = targets;
  const only = targets.length === 1 ? first : undefined;
  const removeAll = async (): Promise<void> => {
    const refused: Outcome<T>[] = [];
    await runEach(targets, remove, (outcome) => {
      if (outcome.error === undefined) notify.done(message(done, { name: outcome.target.name }));
      else refused.push(outcome);
    });
    setFailures(refused);
    if (refused.length > 0) return;
    onDeleted?.();
    onClose();
  };
  return (
    <Confirm
      title={title}
      action={text('action.delete')}
      typed={only?.name ?? text('confirm.word')}
      onConfirm={removeAll}
      onClose={onClose}
    >
      {failures.map(({ target, error }) => (
        <ProblemAlert key={target.key} what={message(failed, { name: target.name })} error={error} />
      ))}
      {only === undefined && (
        <List isPlain className="drover-names">
          {targets.map(({ key, name }) => (
            <ListItem key={key}>{name}</ListItem>
          ))}
        </List>
      )}
      <div {...(only === undefined ? { className: 'drover-gap' } : {})}>{children}</div>
    </Confirm>
  );
}
