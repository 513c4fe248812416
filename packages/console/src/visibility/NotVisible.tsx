import { EmptyState, EmptyStateBody } from '@patternfly/react-core';
import { EyeSlashIcon } from '@patternfly/react-icons';
import type { ReactElement } from 'react';
import type { MessageKey } from '../i18n/message.js';
import { useText } from '../i18n/text.js';

/** Says quietly that something is there for others only, and who could change that. */
export function NotVisible({ what }: { what: MessageKey }): ReactElement {
  const text = useText();
  return (
    <EmptyState titleText={text('visibility.none', { what: text(what) })} icon={EyeSlashIcon} headingLevel="h2">
      <EmptyStateBody>{text('visibility.who')}</EmptyStateBody>
    </EmptyState>
  );
}
