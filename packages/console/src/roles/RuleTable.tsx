import type { ReactElement } from 'react';
import { PlainTable } from '../components/PlainTable.js';
import { useText } from '../i18n/text.js';
import type { PlacedRules } from './role.js';

/** What a role allows, a line for each rule. */
export function RuleTable({ rules }: { rules: readonly PlacedRules[] }): ReactElement {
  const text = useText();
  const hasPlaces = rules.some(({ namespace }) => namespace !== undefined);
  const rows = rules.flatMap(({ namespace, rules: own }) =>
    own.map(({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }, index) => ({
      key: `${namespace ?? ''} ${index}`,
      cells: [
        verbs.join(', '),
        [...resources, ...nonResourceURLs].join(', '),
        apiGroups.map((group) => group || 'core').join(', '),
        resourceNames.join(', ') || '–',
        ...(hasPlaces ? [namespace ?? text('role.everywhere')] : []),
      ],
    })),
  );
  return (
    <PlainTable
      label={text('role.rules')}
      heads={[
        text('role.verbs'),
        text('role.resources'),
        text('role.apiGroups'),
        text('role.resourceNames'),
        ...(hasPlaces ? [text('column.namespace')] : []),
      ]}
      empty={text('role.noRules')}
      rows={rows}
    />
  );
}
