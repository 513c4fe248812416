import { Alert, Button, Form, FormGroup, TextInput } from '@patternfly/react-core';
import { type FormEvent, type ReactElement, useState } from 'react';
import { problemOf } from '../components/problem.js';
import { useText } from '../i18n/text.js';
import { SignInFrame } from './SignInFrame.js';
import { useSignIn } from './session.js';

/** Asks for name and password. */
export function SignIn(): ReactElement {
  const text = useText();
  const signIn = useSignIn();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    signIn.mutate({ username, password });
  };
  const problem = signIn.isError ? problemOf(signIn.error) : undefined;
  const reason = problem?.code.startsWith('Unauthorized') ? text('signIn.wrong') : problem?.reason;
  return (
    <SignInFrame title={text('signIn.title')} subtitle={text('signIn.subtitle')}>
      <Form onSubmit={submit}>
        {reason !== undefined && (
          <Alert isInline variant="danger" title={typeof reason === 'string' ? reason : text(reason)} isLiveRegion />
        )}
        <FormGroup label={text('signIn.username')} isRequired fieldId="username">
          <TextInput
            id="username"
            name="username"
            autoComplete="username"
            autoFocus
            isRequired
            value={username}
            onChange={(_event, value) => setUsername(value)}
          />
        </FormGroup>
        <FormGroup label={text('signIn.password')} isRequired fieldId="password">
          <TextInput
            id="password"
            name="password"
            type="password"
            autoComplete="current-password"
            isRequired
            value={password}
            onChange={(_event, value) => setPassword(value)}
          />
        </FormGroup>
        <Button
          type="submit"
          variant="primary"
          isBlock
          isLoading={signIn.isPending}
          isDisabled={signIn.isPending || username === '' || password === ''}
        >
          {text('signIn.action')}
        </Button>
      </Form>
    </SignInFrame>
  );
}
