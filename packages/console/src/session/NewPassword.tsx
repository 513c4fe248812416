import {
  Alert,
  Button,
  Form,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextInput,
} from '@patternfly/react-core';
import { type FormEvent, type ReactElement, useState } from 'react';
import { problemOf } from '../components/problem.js';
import type { Message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { passwordFaults } from './password.js';
import { SignInFrame } from './SignInFrame.js';
import { SHORTEST_PASSWORD, type User, useChangePassword, useSignOut } from './session.js';

/** Makes a user who signed in with a given password choose their own, before anything else. */
export function NewPassword({ user }: { user: User }): ReactElement {
  const text = useText();
  const change = useChangePassword();
  const signOut = useSignOut();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const faults = passwordFaults({ username: user.username, current, next, again });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (faults.next === undefined && faults.again === undefined)
      change.mutate({ currentPassword: current, newPassword: next });
  };
  const problem = change.isError ? problemOf(change.error).reason : undefined;
  return (
    <SignInFrame title={text('password.title')} subtitle={text('password.subtitle')}>
      <Form onSubmit={submit}>
        {problem !== undefined && (
          <Alert isInline variant="danger" title={typeof problem === 'string' ? problem : text(problem)} isLiveRegion />
        )}
        <input type="text" name="username" autoComplete="username" value={user.username} readOnly hidden />
        <Password
          id="current-password"
          label={text('password.current')}
          complete="current-password"
          value={current}
          onChange={setCurrent}
          autoFocus
        />
        <Password
          id="new-password"
          label={text('password.next')}
          complete="new-password"
          value={next}
          onChange={setNext}
          hint={text('password.hint', { least: SHORTEST_PASSWORD })}
          {...(tried && faults.next ? { fault: faults.next } : {})}
        />
        <Password
          id="new-password-again"
          label={text('password.again')}
          complete="new-password"
          value={again}
          onChange={setAgain}
          {...(tried && faults.again ? { fault: faults.again } : {})}
        />
        <Button
          type="submit"
          variant="primary"
          isBlock
          isLoading={change.isPending}
          isDisabled={change.isPending || current === '' || next === ''}
        >
          {text('password.action')}
        </Button>
        <Button variant="link" isBlock onClick={() => signOut.mutate()}>
          {text('user.signOut')}
        </Button>
      </Form>
    </SignInFrame>
  );
}

function Password({
  id,
  label,
  complete,
  value,
  onChange,
  hint,
  fault,
  autoFocus = false,
}: {
  id: string;
  label: string;
  complete: 'current-password' | 'new-password';
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  fault?: Message;
  autoFocus?: boolean;
}): ReactElement {
  const text = useText();
  const help = fault === undefined ? hint : text(fault);
  return (
    <FormGroup label={label} isRequired fieldId={id}>
      <TextInput
        id={id}
        type="password"
        autoComplete={complete}
        autoFocus={autoFocus}
        value={value}
        onChange={(_event, next) => onChange(next)}
        validated={fault === undefined ? 'default' : 'error'}
        {...(help === undefined ? {} : { 'aria-describedby': `${id}-help` })}
      />
      {help !== undefined && (
        <FormHelperText>
          <HelperText id={`${id}-help`}>
            <HelperTextItem variant={fault === undefined ? 'default' : 'error'}>{help}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
