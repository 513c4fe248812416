import type { Project } from '@drover/api';
import { amountsOf } from '@drover/api/quota';
import { Content, FormGroup } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { PlainTable } from '../components/PlainTable.js';
import type { Message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { QuotaBar } from './QuotaBar.js';
import { AmountInput } from './QuotaRows.js';
import { rowsOf, shown, titleOf, type Use } from './quota.js';

/** What a namespace asks of the quota of its project; nothing where the project has none. */
export function ShareFields({
  project,
  shares,
  uses = [],
  faults,
  onChange,
}: {
  project: Pick<Project, 'spec'> | undefined;
  shares: ReadonlyMap<string, string>;
  /** Of what the namespace has now. */
  uses?: readonly Use[];
  faults: ReadonlyMap<string, Message>;
  onChange: (shares: ReadonlyMap<string, string>) => void;
}): ReactElement | undefined {
  const text = useText();
  const rows = project === undefined ? [] : rowsOf(project);
  if (project === undefined || rows.length === 0) return undefined;
  const limits = amountsOf(project.spec?.resourceQuota?.limit);
  const shared = amountsOf(project.spec?.resourceQuota?.usedLimit);
  const left = (name: string): string => {
    const rest = (limits.get(name) ?? 0n) - (shared.get(name) ?? 0n);
    return text('quota.left', { left: shown(name, rest > 0n ? rest : 0n) });
  };
  return (
    <FormGroup role="group" label={text('quota.wish')} fieldId="namespace-shares">
      <Content component="p">{text('quota.wishWhat')}</Content>
      <PlainTable
        label={text('quota.wish')}
        heads={[text('quota.resource'), text('quota.wish'), text('quota.use')]}
        rows={rows.map(({ name, share }) => {
          const title = titleOf(name);
          const called = typeof title === 'string' ? title : text(title);
          const use = uses.find((each) => each.name === name);
          return {
            key: name,
            cells: [
              called,
              <AmountInput
                key="share"
                id={`share-${name}`}
                label={text('quota.shareOfNamespace', { name: called })}
                value={shares.get(name) ?? ''}
                placeholder={share}
                fault={faults.get(name)}
                onChange={(value) => onChange(new Map(shares).set(name, value))}
              />,
              use ? <QuotaBar key="use" use={use} more={left(name)} /> : <small key="use">{left(name)}</small>,
            ],
          };
        })}
        empty=""
      />
    </FormGroup>
  );
}
