import { hasReason } from '@drover/api';
import { Bullseye, EmptyState, EmptyStateBody, PageSection, Skeleton } from '@patternfly/react-core';
import { SearchIcon } from '@patternfly/react-icons';
import type { ReactElement } from 'react';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import type { Freshness } from '../live/collection.js';
import { PageHead } from './PageHead.js';
import { ProblemAlert } from './ProblemAlert.js';

/** Stands in for a page whose object is not there: still coming, not to be had, or gone. */
export function NotHere({
  freshness,
  title,
  what,
}: {
  freshness: Freshness;
  title: string;
  /** The sentence that says that there is no such object. */
  what: string;
}): ReactElement {
  const text = useText();
  return (
    <>
      <PageHead title={title} />
      <PageSection hasBodyWrapper={false}>
        {freshness.state === 'loading' ? (
          <Skeleton height="12rem" screenreaderText={text('table.loading')} />
        ) : freshness.state === 'failed' && !hasReason(freshness.error, 'Forbidden') ? (
          <ProblemAlert what={message('table.failed', { what: title })} error={freshness.error} />
        ) : (
          <Bullseye>
            <EmptyState titleText={what} icon={SearchIcon} headingLevel="h2">
              <EmptyStateBody>{text('notHere.body')}</EmptyStateBody>
            </EmptyState>
          </Bullseye>
        )}
      </PageSection>
    </>
  );
}
