import { hasReason } from '@drover/api';
import { Skeleton } from '@patternfly/react-core';
import type { ReactElement, ReactNode } from 'react';
import { useText } from '../i18n/text.js';
import { type Freshness, isKnown } from '../live/collection.js';

/** What is said of a collection, once it is known: before that nothing is counted that was never seen. */
export function WhenKnown({ freshness, children }: { freshness: Freshness; children: ReactNode }): ReactElement {
  const text = useText();
  if (isKnown(freshness)) return <>{children}</>;
  if (freshness.state === 'failed')
    return <>{text(hasReason(freshness.error, 'Forbidden') ? 'visibility.short' : 'freshness.unknown')}</>;
  return <Skeleton screenreaderText={text('table.loading')} />;
}
