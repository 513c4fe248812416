import { FormSelect, FormSelectOption } from '@patternfly/react-core';
import type { ReactElement } from 'react';

/** One of a short list of values. */
export function Choice<T extends string>({
  id,
  value,
  options,
  onChange,
  label,
  isDisabled = false,
}: {
  id: string;
  value: T;
  options: readonly { readonly value: T; readonly label: string }[];
  onChange: (value: T) => void;
  /** For a choice without a visible label of its own. */
  label?: string;
  isDisabled?: boolean;
}): ReactElement {
  return (
    <FormSelect
      id={id}
      value={value}
      isDisabled={isDisabled}
      {...(label === undefined ? {} : { 'aria-label': label })}
      onChange={(_event, chosen) => {
        const option = options.find((each) => each.value === chosen);
        if (option) onChange(option.value);
      }}
    >
      {options.map((option) => (
        <FormSelectOption key={option.value} value={option.value} label={option.label} />
      ))}
    </FormSelect>
  );
}
