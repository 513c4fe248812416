import { Nav, NavItem, NavList } from '@patternfly/react-core';
import { Link, useMatchRoute } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { MessageKey } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { management, useMay } from '../session/may.js';

const PLACES = [
  { to: '/c/$cluster', title: 'nav.dashboard' },
  { to: '/c/$cluster/hosts', title: 'nav.hosts' },
  { to: '/c/$cluster/vms', title: 'nav.vms' },
  { to: '/c/$cluster/images', title: 'nav.images' },
  { to: '/c/$cluster/projects', title: 'nav.projects' },
  { to: '/c/$cluster/members', title: 'nav.clusterMembers' },
  { to: '/c/$cluster/events', title: 'nav.events' },
] as const satisfies readonly { to: string; title: MessageKey }[];

/** The pages of one cluster. */
export function ClusterNav({ cluster }: { cluster: string }): ReactElement {
  const text = useText();
  const match = useMatchRoute();
  const seesMembers = useMay(management('list', 'clusterroletemplatebindings', { namespace: cluster }));
  const places = PLACES.filter(({ to }) => seesMembers || to !== '/c/$cluster/members');
  return (
    <Nav aria-label={text('nav.cluster')}>
      <NavList>
        {places.map(({ to, title }) => (
          <NavItem key={to} isActive={match({ to, params: { cluster }, fuzzy: to !== '/c/$cluster' }) !== false}>
            <Link to={to} params={{ cluster }}>
              {text(title)}
            </Link>
          </NavItem>
        ))}
      </NavList>
    </Nav>
  );
}
