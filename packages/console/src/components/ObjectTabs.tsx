import { PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { type ReactElement, type ReactNode, Suspense, useState } from 'react';
import { useText } from '../i18n/text.js';

/** The body of an object's page: what it is, and its YAML. */
export function ObjectTabs({
  label,
  overview,
  yaml,
}: {
  /** What the row of tabs is called. */
  label: string;
  overview: ReactNode;
  yaml: ReactNode;
}): ReactElement {
  const text = useText();
  const [tab, setTab] = useState<'overview' | 'yaml'>('overview');
  return (
    <PageSection hasBodyWrapper={false} isFilled className="drover-fill">
      <Tabs activeKey={tab} onSelect={(_event, key) => setTab(key === 'yaml' ? 'yaml' : 'overview')} aria-label={label}>
        <Tab eventKey="overview" title={<TabTitleText>{text('vm.tab.overview')}</TabTitleText>} />
        <Tab eventKey="yaml" title={<TabTitleText>{text('vm.tab.yaml')}</TabTitleText>} />
      </Tabs>
      <div className="drover-tab" role="tabpanel" aria-label={text(`vm.tab.${tab}`)}>
        {tab === 'yaml' ? <Suspense fallback={null}>{yaml}</Suspense> : overview}
      </div>
    </PageSection>
  );
}
