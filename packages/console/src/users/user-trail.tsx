import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { trail } from '../components/trail.js';
import type { Text } from '../i18n/text.js';

/** Where a page about users stands: below their list. */
export const userTrail = (text: Text, here: string): readonly ReactElement[] =>
  trail(
    ({ className }) => (
      <Link to="/auth/users" className={className} activeOptions={{ exact: true }}>
        {text('nav.users')}
      </Link>
    ),
    here,
  );
