import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { trail } from '../components/trail.js';
import type { Text } from '../i18n/text.js';
import type { RoleContext } from './role.js';

/** Where a page about roles stands: below the tab of their list. */
export const roleTrail = (text: Text, tab: RoleContext, here: string): readonly ReactElement[] =>
  trail(
    ({ className }) => (
      <Link to="/auth/roles" search={{ tab }} className={className} activeOptions={{ exact: true }}>
        {text('nav.roles')}
      </Link>
    ),
    here,
  );
