import { Checkbox, Grid, GridItem } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { Choice } from '../../components/Choice.js';
import { Field } from '../../components/Field.js';
import { useText } from '../../i18n/text.js';
import { OPERATING_SYSTEMS, RUN_STRATEGIES, type VmForm } from './model.js';

/** When it runs, what runs in it, and how it boots. */
export function AdvancedTab({ form, onChange }: { form: VmForm; onChange: (form: VmForm) => void }): ReactElement {
  const text = useText();
  return (
    <Grid hasGutter>
      <GridItem lg={6} md={12}>
        <Field id="vm-run-strategy" label={text('vm.runStrategy')} hint={text(`runStrategy.${form.runStrategy}`)}>
          <Choice
            id="vm-run-strategy"
            value={form.runStrategy}
            options={RUN_STRATEGIES.map((each) => ({ value: each, label: each }))}
            onChange={(runStrategy) => onChange({ ...form, runStrategy })}
          />
        </Field>
      </GridItem>
      <GridItem lg={6} md={12}>
        <Field id="vm-os" label={text('vm.os')}>
          <Choice
            id="vm-os"
            value={form.os}
            options={OPERATING_SYSTEMS.map((os) => ({ value: os, label: os }))}
            onChange={(os) => onChange({ ...form, os })}
          />
        </Field>
      </GridItem>
      <GridItem span={12}>
        <Checkbox
          id="vm-efi"
          label={text('vm.form.efi')}
          isChecked={form.efi}
          onChange={(_event, efi) => onChange({ ...form, efi, secureBoot: efi && form.secureBoot })}
        />
        <Checkbox
          id="vm-secure-boot"
          label={text('vm.form.secureBoot')}
          description={text('vm.form.secureBootHint')}
          isDisabled={!form.efi}
          isChecked={form.secureBoot}
          onChange={(_event, secureBoot) => onChange({ ...form, secureBoot })}
        />
      </GridItem>
    </Grid>
  );
}
