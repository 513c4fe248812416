import {
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
} from '@patternfly/react-core';
import type { ReactElement, ReactNode } from 'react';
import type { MessageKey } from '../i18n/message.js';
import { useText } from '../i18n/text.js';

/** Names with their values; what is not known is a dash. */
export function Facts({
  facts,
  columns = 1,
}: {
  facts: readonly (readonly [MessageKey, ReactNode])[];
  columns?: 1 | 2;
}): ReactElement {
  const text = useText();
  return (
    <DescriptionList isCompact isHorizontal columnModifier={{ lg: columns === 2 ? '2Col' : '1Col' }}>
      {facts.map(([term, value]) => (
        <DescriptionListGroup key={term}>
          <DescriptionListTerm>{text(term)}</DescriptionListTerm>
          <DescriptionListDescription className="drover-words">
            {value === undefined || value === null || value === '' ? '–' : value}
          </DescriptionListDescription>
        </DescriptionListGroup>
      ))}
    </DescriptionList>
  );
}
