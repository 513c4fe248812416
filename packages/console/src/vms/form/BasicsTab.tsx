import { type KeyPair, type Stored, virtualMachines } from '@drover/api';
import { Checkbox, FormGroup, Grid, GridItem, NumberInput, TextArea } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { NamespaceChoice } from '../../cluster/NamespaceChoice.js';
import { Field, TextField } from '../../components/Field.js';
import { useText } from '../../i18n/text.js';
import { withKeys } from './cloud-config.js';
import type { Fault } from './faults.js';
import { MemoryInput } from './MemoryInput.js';
import { renamed, type VmForm } from './model.js';
import type { CloudInit } from './objects.js';

/** Name, size and keys. */
export function BasicsTab({
  cluster,
  form,
  faults,
  keyPairs,
  cloudInit,
  onChange,
  onCloudInit,
}: {
  cluster: string;
  form: VmForm;
  faults: readonly Fault[];
  keyPairs: readonly Stored<KeyPair>[];
  cloudInit: CloudInit;
  onChange: (form: VmForm) => void;
  onCloudInit: (cloudInit: CloudInit) => void;
}): ReactElement {
  const text = useText();
  const fault = (field: string): Fault['message'] | undefined => faults.find((each) => each.field === field)?.message;
  const idOf = ({ metadata }: Stored<KeyPair>): string => `${metadata.namespace}/${metadata.name}`;
  const choose = (id: string, on: boolean): void => {
    const sshKeys = on ? [...form.sshKeys, id] : form.sshKeys.filter((each) => each !== id);
    onChange({ ...form, sshKeys });
    const publicKeys = (wanted: readonly Stored<KeyPair>[]): string[] =>
      wanted.map(({ spec }) => (spec?.publicKey ?? '').trim());
    const wanted = publicKeys(keyPairs.filter((pair) => sshKeys.includes(idOf(pair))));
    onCloudInit({ ...cloudInit, userData: withKeys(cloudInit.userData, wanted, publicKeys(keyPairs)) });
  };
  return (
    <Grid hasGutter>
      <GridItem lg={6} md={12}>
        <TextField
          id="vm-name"
          label={text('column.name')}
          hint={text('vm.form.nameHint')}
          isRequired
          autoFocus
          value={form.name}
          fault={fault('name')}
          onChange={(name) => onChange(renamed(form, name))}
        />
      </GridItem>
      <GridItem lg={6} md={12}>
        <Field id="vm-namespace" label={text('column.namespace')} isRequired fault={fault('namespace')}>
          <NamespaceChoice
            id="vm-namespace"
            cluster={cluster}
            kind={virtualMachines}
            value={form.namespace}
            onChange={(namespace) => onChange({ ...form, namespace })}
          />
        </Field>
      </GridItem>
      <GridItem lg={6} md={12}>
        <Field id="vm-cpu" label={text('vm.form.cpu')} isRequired fault={fault('cpu')} hint={text('vm.form.cpuHint')}>
          <NumberInput
            inputProps={{ id: 'vm-cpu' }}
            value={Number.isNaN(form.cpu) ? '' : form.cpu}
            min={1}
            widthChars={6}
            minusBtnAriaLabel={text('vm.form.less')}
            plusBtnAriaLabel={text('vm.form.more')}
            onMinus={() => onChange({ ...form, cpu: Math.max(1, form.cpu - 1) })}
            onPlus={() => onChange({ ...form, cpu: (form.cpu || 0) + 1 })}
            onChange={(event) => onChange({ ...form, cpu: Number.parseInt(event.currentTarget.value, 10) })}
          />
        </Field>
      </GridItem>
      <GridItem lg={6} md={12}>
        <Field id="vm-memory" label={text('column.memory')} isRequired fault={fault('memory')}>
          <MemoryInput id="vm-memory" value={form.memory} onChange={(memory) => onChange({ ...form, memory })} />
        </Field>
      </GridItem>
      <GridItem span={12}>
        <FormGroup label={text('vm.form.keys')} role="group" fieldId="vm-keys">
          {keyPairs.length === 0
            ? text('vm.form.noKeys')
            : keyPairs.map((pair) => (
                <Checkbox
                  key={idOf(pair)}
                  id={`key-${idOf(pair)}`}
                  label={idOf(pair)}
                  description={pair.status?.fingerPrint}
                  isChecked={form.sshKeys.includes(idOf(pair))}
                  onChange={(_event, on) => choose(idOf(pair), on)}
                />
              ))}
        </FormGroup>
      </GridItem>
      <GridItem span={12}>
        <Field id="vm-description" label={text('import.description')}>
          <TextArea
            id="vm-description"
            value={form.description}
            resizeOrientation="vertical"
            onChange={(_event, description) => onChange({ ...form, description })}
          />
        </Field>
      </GridItem>
    </Grid>
  );
}
