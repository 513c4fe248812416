import type { IAction } from '@patternfly/react-table';
import { type ReactNode, useCallback, useState } from 'react';
import { Confirm } from '../components/Confirm.js';
import { useNotify } from '../components/notify.js';
import { type Message, message } from '../i18n/message.js';
import { type Text, useText } from '../i18n/text.js';
import { Rights } from '../rights/rights.js';
import { type Command, type Located, type Offer, offerOf } from './command.js';

const NOTHING_NEEDED = new Rights();

/**
 * The entries of a menu for a table of commands, and the dialog that asks before a dangerous one. `commands` and `warning` stay
 * the same values from render to render.
 */
export function useCommands<T extends Located, Env>(
  commands: readonly Command<T, Env>[],
  env: Env,
  /** What a dangerous command brings about. */
  warning: (command: Command<T, Env>, target: T) => Message,
  /** What the user may do; for a table of commands that need nothing, nobody has to know. */
  rights: Rights = NOTHING_NEEDED,
): { entries: (target: T) => IAction[]; dialogs: ReactNode } {
  const text = useText();
  const notify = useNotify();
  const [asked, setAsked] = useState<{ command: Command<T, Env>; target: T }>();
  const give = useCallback(
    async (command: Command<T, Env>, target: T): Promise<void> => {
      const values = { command: text(command.title), name: target.name };
      try {
        await command.run(target, env);
        notify.done(message('command.done', values));
      } catch (error) {
        notify.failed(message('command.failed', values), error);
      }
    },
    [env, notify, text],
  );
  const entries = useCallback(
    (target: T): IAction[] =>
      commands.flatMap((command): IAction[] => {
        const offer = offerOf(command, target, rights);
        if (offer === 'hidden') return [];
        const onClick = (): void => {
          if (command.dangerous) setAsked({ command, target });
          else void give(command, target);
        };
        return [{ title: text(command.title), ...refusal(offer, text), onClick }];
      }),
    [commands, rights, give, text],
  );
  const dialogs = asked && (
    <Confirm
      title={text('command.confirm', { command: text(asked.command.title), name: asked.target.name })}
      action={text(asked.command.title)}
      onConfirm={async () => {
        await give(asked.command, asked.target);
        setAsked(undefined);
      }}
      onClose={() => setAsked(undefined)}
    >
      {text(warning(asked.command, asked.target))}
    </Confirm>
  );
  return { entries, dialogs };
}

/** A refused entry stays in the menu, cannot be chosen, and says why. */
export function refusal(offer: Offer, text: Text): Partial<IAction> {
  return typeof offer === 'string' ? {} : { isAriaDisabled: true, description: text(offer) };
}
