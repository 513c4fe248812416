import { Alert, AlertActionCloseButton, AlertGroup } from '@patternfly/react-core';
import { createContext, type ReactElement, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
import type { Message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { problemOf } from './problem.js';

interface Note {
  readonly id: number;
  readonly title: Message;
  readonly error?: unknown;
}

/** Tells the reader what came of what they did. */
export interface Notify {
  done(title: Message): void;
  failed(title: Message, error: unknown): void;
}

const NotifyContext = createContext<Notify | undefined>(undefined);

/** More than these are not read: the oldest goes. */
const AT_MOST = 5;

/** Success is read in passing; failure stays until it is closed. */
const SHOWN_MS = 6_000;

/** Shows notes in the corner of the window. */
export function NotifyProvider({ children }: { children: ReactNode }): ReactElement {
  const text = useText();
  const [notes, setNotes] = useState<readonly Note[]>([]);
  const close = useCallback((id: number) => setNotes((now) => now.filter((note) => note.id !== id)), []);
  const notify = useMemo((): Notify => {
    let next = 0;
    const add = (note: Omit<Note, 'id'>): void => {
      next += 1;
      const id = next;
      setNotes((now) => [...now, { ...note, id }].slice(-AT_MOST));
    };
    return { done: (title) => add({ title }), failed: (title, error) => add({ title, error }) };
  }, []);
  return (
    <NotifyContext value={notify}>
      {children}
      <AlertGroup isToast isLiveRegion>
        {notes.map(({ id, title, error }) => {
          const problem = error === undefined ? undefined : problemOf(error);
          return (
            <Alert
              key={id}
              variant={problem ? 'danger' : 'success'}
              title={text(title)}
              timeout={problem ? false : SHOWN_MS}
              onTimeout={() => close(id)}
              actionClose={<AlertActionCloseButton title={text('action.close')} onClose={() => close(id)} />}
            >
              {problem && (typeof problem.reason === 'string' ? problem.reason : text(problem.reason))}
              {problem?.advice && <p>{text(problem.advice)}</p>}
            </Alert>
          );
        })}
      </AlertGroup>
    </NotifyContext>
  );
}

/** The way to tell the reader. */
export function useNotify(): Notify {
  const notify = useContext(NotifyContext);
  if (notify === undefined) throw new Error('no NotifyProvider above this component');
  return notify;
}
