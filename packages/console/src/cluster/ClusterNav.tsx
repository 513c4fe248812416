import { clusterRoleTemplateBindings } from '@drover/api';
import { Nav, NavItem, NavList } from '@patternfly/react-core';
import { Link, useMatchRoute } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import type { MessageKey } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { at, need } from '../rights/needs.js';
import { useOffers } from '../rights/useOffers.js';

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
  const [members] = useOffers(LOCAL, [at(need('list', clusterRoleTemplateBindings), { namespace: cluster })]);
  const places = PLACES.filter(({ to }) => members === 'yes' || to !== '/c/$cluster/members');
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
