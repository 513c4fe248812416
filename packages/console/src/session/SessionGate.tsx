import { Bullseye, Spinner } from '@patternfly/react-core';
import { createContext, type ReactElement, type ReactNode, useContext } from 'react';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { NewPassword } from './NewPassword.js';
import { SignIn } from './SignIn.js';
import { type User, useSession } from './session.js';

const UserContext = createContext<User | undefined>(undefined);

/**
 * Shows what is inside to those who are signed in, and to others the way in. The address stays as it is, so that a link
 * leads to its page after signing in.
 */
export function SessionGate({ children }: { children: ReactNode }): ReactElement {
  const text = useText();
  const session = useSession();
  if (session.isPending)
    return (
      <Bullseye>
        <Spinner aria-label={text('table.loading')} />
      </Bullseye>
    );
  if (session.isError)
    return (
      <Bullseye>
        <ProblemAlert what={message('session.failed')} error={session.error} onRetry={() => void session.refetch()} />
      </Bullseye>
    );
  const user = session.data;
  if (user === null) return <SignIn />;
  if (user.mustChangePassword) return <NewPassword user={user} />;
  return <UserContext value={user}>{children}</UserContext>;
}

/** Who is signed in, inside the gate. */
export function useUser(): User {
  const user = useContext(UserContext);
  if (user === undefined) throw new Error('this component stands outside the session');
  return user;
}
