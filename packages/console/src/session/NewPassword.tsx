import { Button } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { useText } from '../i18n/text.js';
import { OwnPasswordForm } from './OwnPasswordForm.js';
import { SignInFrame } from './SignInFrame.js';
import { type User, useSignOut } from './session.js';

/** Makes a user who signed in with a given password choose their own, before anything else. */
export function NewPassword({ user }: { user: User }): ReactElement {
  const text = useText();
  const signOut = useSignOut();
  return (
    <SignInFrame title={text('password.title')} subtitle={text('password.subtitle')}>
      <OwnPasswordForm user={user}>
        {({ busy, incomplete }) => (
          <>
            <Button type="submit" variant="primary" isBlock isLoading={busy} isDisabled={busy || incomplete}>
              {text('password.action')}
            </Button>
            <Button variant="link" isBlock onClick={() => signOut.mutate()}>
              {text('user.signOut')}
            </Button>
          </>
        )}
      </OwnPasswordForm>
    </SignInFrame>
  );
}
