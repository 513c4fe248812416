import { Alert, Form } from '@patternfly/react-core';
import { type FormEvent, type ReactElement, type ReactNode, useState } from 'react';
import { TextField } from '../components/Field.js';
import { problemOf } from '../components/problem.js';
import { useText } from '../i18n/text.js';
import { passwordFaults } from './password.js';
import { SHORTEST_PASSWORD, type User, useChangePassword } from './session.js';

/** Asks for the current password and a new one, twice, and changes it. `children` has the buttons. */
export function OwnPasswordForm({
  user,
  note,
  onDone,
  children,
}: {
  user: User;
  /** What happens beside the change. */
  note?: string;
  onDone?: () => void;
  children: (state: { readonly busy: boolean; readonly incomplete: boolean }) => ReactNode;
}): ReactElement {
  const text = useText();
  const change = useChangePassword();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const faults = passwordFaults({ username: user.username, current, next, again });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (faults.next !== undefined || faults.again !== undefined) return;
    change.mutate({ currentPassword: current, newPassword: next }, { onSuccess: () => onDone?.() });
  };
  const problem = change.isError ? problemOf(change.error).reason : undefined;
  return (
    <Form onSubmit={submit} noValidate>
      {note !== undefined && <Alert isInline isPlain variant="info" title={note} />}
      {problem !== undefined && (
        <Alert isInline variant="danger" title={typeof problem === 'string' ? problem : text(problem)} isLiveRegion />
      )}
      <input type="text" name="username" autoComplete="username" value={user.username} readOnly hidden />
      <TextField
        id="current-password"
        label={text('password.current')}
        type="password"
        autoComplete="current-password"
        isRequired
        autoFocus
        value={current}
        onChange={setCurrent}
      />
      <TextField
        id="new-password"
        label={text('password.next')}
        hint={text('password.hint', { least: SHORTEST_PASSWORD })}
        type="password"
        autoComplete="new-password"
        isRequired
        value={next}
        onChange={setNext}
        fault={tried ? faults.next : undefined}
      />
      <TextField
        id="new-password-again"
        label={text('password.again')}
        type="password"
        autoComplete="new-password"
        isRequired
        value={again}
        onChange={setAgain}
        fault={tried ? faults.again : undefined}
      />
      {children({ busy: change.isPending, incomplete: current === '' || next === '' })}
    </Form>
  );
}
