import { PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useText } from '../i18n/text.js';
import { LIST_BINDINGS } from '../outside/outside-bindings.js';
import { useOffers } from '../rights/useOffers.js';

const PLACES = { members: '/c/$cluster/members', outside: '/c/$cluster/members/outside' } as const;

/** Members by this server, and beside them whoever has rights from elsewhere, for those who may list a cluster's bindings. */
export function MemberTabs({
  cluster,
  current,
}: {
  cluster: string;
  current: keyof typeof PLACES;
}): ReactElement | null {
  const text = useText();
  const navigate = useNavigate();
  const offers = useOffers(cluster, LIST_BINDINGS);
  if (current === 'members' && offers.some((offer) => offer !== 'yes')) return null;
  return (
    <PageSection hasBodyWrapper={false} isFilled={false} className="drover-notes">
      <Tabs
        activeKey={current}
        aria-label={text('nav.clusterMembers')}
        onSelect={(_event, key) =>
          void navigate({ to: PLACES[key === 'outside' ? 'outside' : 'members'], params: { cluster } })
        }
      >
        <Tab eventKey="members" title={<TabTitleText>{text('outside.members')}</TabTitleText>} />
        <Tab eventKey="outside" title={<TabTitleText>{text('outside.title')}</TabTitleText>} />
      </Tabs>
    </PageSection>
  );
}
