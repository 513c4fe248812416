import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { trail } from '../components/trail.js';
import type { Text } from '../i18n/text.js';

/** Where a page about projects and namespaces stands: below their list. */
export const projectTrail = (text: Text, cluster: string, here: string): readonly ReactElement[] =>
  trail(
    ({ className }) => (
      <Link to="/c/$cluster/projects" params={{ cluster }} className={className} activeOptions={{ exact: true }}>
        {text('nav.projects')}
      </Link>
    ),
    here,
  );
