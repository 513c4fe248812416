import {
  Button,
  FormFieldGroup,
  FormFieldGroupHeader,
  Grid,
  GridItem,
  HelperText,
  HelperTextItem,
  TextInput,
} from '@patternfly/react-core';
import { MinusCircleIcon, PlusCircleIcon } from '@patternfly/react-icons';
import type { ReactElement } from 'react';
import type { Message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import type { Pair } from './import-form.js';

/** Rows of names with values, to be added and taken away. */
export function PairRows({
  id,
  title,
  hint,
  pairs,
  faults,
  onChange,
}: {
  id: 'labels' | 'agentEnvVars';
  title: string;
  hint: string;
  pairs: readonly Pair[];
  faults: ReadonlyMap<string, Message>;
  onChange: (pairs: readonly Pair[]) => void;
}): ReactElement {
  const text = useText();
  const change = (index: number, part: Partial<Pair>): void =>
    onChange(pairs.map((pair, at) => (at === index ? { ...pair, ...part } : pair)));
  return (
    <FormFieldGroup
      header={
        <FormFieldGroupHeader
          titleText={{ text: title, id: `${id}-title` }}
          titleDescription={hint}
          actions={
            <Button
              variant="link"
              icon={<PlusCircleIcon />}
              onClick={() => onChange([...pairs, { name: '', value: '' }])}
            >
              {text('action.add')}
            </Button>
          }
        />
      }
    >
      {pairs.map((pair, index) => {
        const fault = faults.get(`${id}.${index}`);
        const at = `${id}-${index}`;
        return (
          <Grid hasGutter key={at}>
            <GridItem span={5}>
              <TextInput
                aria-label={text('import.pairName')}
                placeholder={text('import.pairName')}
                value={pair.name}
                validated={fault === undefined ? 'default' : 'error'}
                onChange={(_event, name) => change(index, { name })}
              />
              {fault && (
                <HelperText isLiveRegion>
                  <HelperTextItem variant="error">{text(fault)}</HelperTextItem>
                </HelperText>
              )}
            </GridItem>
            <GridItem span={6}>
              <TextInput
                aria-label={text('import.pairValue')}
                placeholder={text('import.pairValue')}
                value={pair.value}
                onChange={(_event, value) => change(index, { value })}
              />
            </GridItem>
            <GridItem span={1}>
              <Button
                variant="plain"
                icon={<MinusCircleIcon />}
                aria-label={text('action.removeRow', { name: pair.name })}
                onClick={() => onChange(pairs.filter((_, other) => other !== index))}
              />
            </GridItem>
          </Grid>
        );
      })}
    </FormFieldGroup>
  );
}
