import { events } from '@drover/api';
import { EmptyState, EmptyStateBody, PageSection } from '@patternfly/react-core';
import { BellIcon } from '@patternfly/react-icons';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type ReactElement, useMemo } from 'react';
import { useCollection } from '../app/services.js';
import { PageHead } from '../components/PageHead.js';
import { useText } from '../i18n/text.js';
import { ResourceTable } from '../table/ResourceTable.js';
import { useIsHidden } from '../visibility/useSchemas.js';
import { EVENT_COLUMNS } from './columns.js';
import { eventRow } from './event-row.js';

const route = getRouteApi('/shell/c/$cluster/events');

/** What happened in the cluster lately. */
export function EventListPage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const { cluster } = route.useParams();
  const search = route.useSearch();
  const isHidden = useIsHidden(cluster, events);
  const { items, freshness } = useCollection(events, cluster);
  const rows = useMemo(() => items.map(eventRow), [items]);
  return (
    <>
      <PageHead title={text('nav.events')} />
      <PageSection isFilled hasBodyWrapper={false} className="drover-fill" aria-label={text('nav.events')}>
        <ResourceTable
          label="nav.events"
          columns={EVENT_COLUMNS}
          rows={rows}
          freshness={freshness}
          isHidden={isHidden}
          search={search}
          onSearch={(next) =>
            void navigate({ to: '/c/$cluster/events', params: { cluster }, search: next, replace: true })
          }
          defaultSort="last"
          count="event.count"
          empty={
            <EmptyState titleText={text('event.none')} icon={BellIcon} headingLevel="h2">
              <EmptyStateBody>{text('event.noneHint')}</EmptyStateBody>
            </EmptyState>
          }
        />
      </PageSection>
    </>
  );
}
