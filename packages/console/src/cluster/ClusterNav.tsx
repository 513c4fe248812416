import {
  clusterRoleTemplateBindings,
  events,
  type Kind,
  namespaces,
  nodes,
  virtualMachineImages,
  virtualMachines,
} from '@drover/api';
import { Nav, NavItem, NavList } from '@patternfly/react-core';
import { Link, useMatchRoute } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import type { MessageKey } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { at, need } from '../rights/needs.js';
import { useOffers } from '../rights/useOffers.js';
import { useSees } from '../visibility/useSchemas.js';

/** Each page with the kind that it is about: whoever sees nothing of that kind has no part in the page. */
const PLACES = [
  { to: '/c/$cluster', title: 'nav.dashboard' },
  { to: '/c/$cluster/hosts', title: 'nav.hosts', kind: nodes },
  { to: '/c/$cluster/vms', title: 'nav.vms', kind: virtualMachines },
  { to: '/c/$cluster/images', title: 'nav.images', kind: virtualMachineImages },
  { to: '/c/$cluster/projects', title: 'nav.projects', kind: namespaces },
  { to: '/c/$cluster/members', title: 'nav.clusterMembers' },
  { to: '/c/$cluster/events', title: 'nav.events', kind: events },
] as const satisfies readonly { to: string; title: MessageKey; kind?: Pick<Kind, 'group' | 'plural'> }[];

/** The pages of one cluster. */
export function ClusterNav({ cluster }: { cluster: string }): ReactElement {
  const text = useText();
  const match = useMatchRoute();
  const [members] = useOffers(LOCAL, [at(need('list', clusterRoleTemplateBindings), { namespace: cluster })]);
  const sees = useSees(cluster);
  const places = PLACES.filter((place) => {
    if (place.to === '/c/$cluster/members') return members === 'yes';
    return !('kind' in place) || (sees?.(place.kind) ?? 'nothing') !== 'nothing';
  });
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
