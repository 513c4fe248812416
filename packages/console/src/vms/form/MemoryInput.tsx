import { InputGroup, InputGroupItem, TextInput } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { Choice } from '../../components/Choice.js';
import { useText } from '../../i18n/text.js';

const UNITS = ['Mi', 'Gi', 'Ti'] as const;

/** An amount with its binary unit, as a Kubernetes quantity: "2Gi". */
export function MemoryInput({
  id,
  value,
  onChange,
}: {
  id: string;
  value: string;
  onChange: (value: string) => void;
}): ReactElement {
  const text = useText();
  const unit = UNITS.find((each) => value.endsWith(each)) ?? 'Gi';
  const amount = value.endsWith(unit) ? value.slice(0, -unit.length) : value;
  return (
    <InputGroup>
      <InputGroupItem isFill>
        <TextInput
          id={id}
          inputMode="decimal"
          value={amount}
          onChange={(_event, next) => onChange(`${next.trim()}${unit}`)}
          autoComplete="off"
        />
      </InputGroupItem>
      <InputGroupItem>
        <Choice
          id={`${id}-unit`}
          label={text('form.unit')}
          value={unit}
          options={UNITS.map((each) => ({ value: each, label: `${each}B` }))}
          onChange={(next) => onChange(`${amount}${next}`)}
        />
      </InputGroupItem>
    </InputGroup>
  );
}
