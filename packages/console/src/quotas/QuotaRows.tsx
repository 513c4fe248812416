import { Button, Content, FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import { MinusCircleIcon, PlusCircleIcon } from '@patternfly/react-icons';
import type { ReactElement } from 'react';
import { Choice } from '../components/Choice.js';
import { PlainTable } from '../components/PlainTable.js';
import type { Message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { QuotaBar } from './QuotaBar.js';
import { OFFERED, type QuotaRow, titleOf, type Use } from './quota.js';

/** What a project's namespaces may have together, and each of them by default. */
export function QuotaRows({
  rows,
  uses,
  faults,
  mayChange,
  onChange,
}: {
  rows: readonly QuotaRow[];
  uses: readonly Use[];
  /** By the name of the row and its column. */
  faults: ReadonlyMap<string, Message>;
  mayChange: boolean;
  onChange: (rows: readonly QuotaRow[]) => void;
}): ReactElement {
  const text = useText();
  const called = (name: string): string => {
    const title = titleOf(name);
    return typeof title === 'string' ? title : text(title);
  };
  const change = (at: number, part: Partial<QuotaRow>): void =>
    onChange(rows.map((row, index) => (index === at ? { ...row, ...part } : row)));
  const free = OFFERED.filter((name) => !rows.some((row) => row.name === name));
  const column = (row: QuotaRow, at: number, which: 'limit' | 'share'): ReactElement => (
    <AmountInput
      key={which}
      id={`quota-${row.name}-${which}`}
      label={text(which === 'limit' ? 'quota.limitOf' : 'quota.shareOf', { name: called(row.name) })}
      value={row[which]}
      fault={faults.get(`${row.name} ${which}`)}
      isDisabled={!mayChange}
      onChange={(value) => change(at, { [which]: value })}
    />
  );
  return (
    <div className="drover-gap">
      <Content component="p">{text('quota.what')}</Content>
      <PlainTable
        label={text('quota.title')}
        heads={[
          text('quota.resource'),
          text('quota.limit'),
          text('quota.share'),
          ...(uses.length > 0 ? [text('quota.use')] : []),
          ...(mayChange ? [text('table.actions')] : []),
        ]}
        rows={rows.map((row, at) => {
          const use = uses.find(({ name }) => name === row.name);
          return {
            key: row.name,
            cells: [
              mayChange ? (
                <Choice
                  key="name"
                  id={`quota-${row.name}-name`}
                  label={text('quota.resource')}
                  value={row.name}
                  options={[row.name, ...free].map((name) => ({ value: name, label: called(name) }))}
                  onChange={(name) => change(at, { name })}
                />
              ) : (
                called(row.name)
              ),
              column(row, at, 'limit'),
              column(row, at, 'share'),
              ...(uses.length > 0 ? [use ? <QuotaBar key="use" use={use} /> : '–'] : []),
              ...(mayChange
                ? [
                    <Button
                      key="remove"
                      variant="plain"
                      icon={<MinusCircleIcon />}
                      aria-label={text('quota.removeOf', { name: called(row.name) })}
                      onClick={() => onChange(rows.filter((_, index) => index !== at))}
                    />,
                  ]
                : []),
            ],
          };
        })}
        empty={text('quota.none')}
      />
      {mayChange && free[0] !== undefined && (
        <Button
          variant="link"
          icon={<PlusCircleIcon />}
          onClick={() => onChange([...rows, { name: free[0] ?? '', limit: '', share: '' }])}
        >
          {text('quota.add')}
        </Button>
      )}
    </div>
  );
}

/** A quantity in a table. */
export function AmountInput({
  id,
  label,
  value,
  fault,
  placeholder,
  isDisabled = false,
  onChange,
}: {
  id: string;
  label: string;
  value: string;
  fault: Message | undefined;
  placeholder?: string | undefined;
  isDisabled?: boolean;
  onChange: (value: string) => void;
}): ReactElement {
  const text = useText();
  return (
    <>
      <TextInput
        id={id}
        aria-label={label}
        value={value}
        isDisabled={isDisabled}
        placeholder={placeholder ?? ''}
        validated={fault === undefined ? 'default' : 'error'}
        autoComplete="off"
        onChange={(_event, next) => onChange(next)}
        {...(fault === undefined ? {} : { 'aria-describedby': `${id}-help` })}
      />
      {fault !== undefined && (
        <FormHelperText>
          <HelperText id={`${id}-help`} isLiveRegion>
            <HelperTextItem variant="error">{text(fault)}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </>
  );
}
