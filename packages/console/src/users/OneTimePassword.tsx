import type { ReactElement } from 'react';
import { ShownOnce } from '../components/ShownOnce.js';
import { useText } from '../i18n/text.js';

/** Shows a password that was made here, once. */
export function OneTimePassword({
  username,
  password,
  onClose,
}: {
  username: string;
  password: string;
  onClose: () => void;
}): ReactElement {
  const text = useText();
  return (
    <ShownOnce
      title={text('user.secret.of', { name: username })}
      label={text('signIn.password')}
      secret={password}
      onClose={onClose}
    />
  );
}
