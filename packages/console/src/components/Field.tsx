import {
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextInput,
  type TextInputProps,
} from '@patternfly/react-core';
import type { ReactElement, ReactNode } from 'react';
import type { Message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';

/** A labelled input with its hint, or, when something is wrong with it, what. */
export function Field({
  id,
  label,
  hint,
  fault,
  isRequired = false,
  children,
}: {
  id: string;
  label: string;
  hint?: string | undefined;
  fault?: Message | undefined;
  isRequired?: boolean;
  children: ReactNode;
}): ReactElement {
  const text = useText();
  const help = fault === undefined ? hint : text(fault);
  return (
    <FormGroup label={label} fieldId={id} isRequired={isRequired}>
      {children}
      {help !== undefined && (
        <FormHelperText>
          <HelperText id={`${id}-help`} isLiveRegion={fault !== undefined}>
            <HelperTextItem variant={fault === undefined ? 'default' : 'error'}>{help}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}

/** A `Field` with one line of text. */
export function TextField({
  id,
  label,
  value,
  onChange,
  hint,
  fault,
  isRequired = false,
  ...input
}: {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  fault?: Message | undefined;
  isRequired?: boolean;
} & Pick<TextInputProps, 'type' | 'autoFocus' | 'placeholder' | 'autoComplete' | 'isDisabled'>): ReactElement {
  return (
    <Field id={id} label={label} hint={hint} fault={fault} isRequired={isRequired}>
      <TextInput
        id={id}
        value={value}
        onChange={(_event, next) => onChange(next)}
        validated={fault === undefined ? 'default' : 'error'}
        isRequired={isRequired}
        autoComplete="off"
        {...(hint === undefined && fault === undefined ? {} : { 'aria-describedby': `${id}-help` })}
        {...input}
      />
    </Field>
  );
}
