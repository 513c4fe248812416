import { Button, Card, CardBody, CardHeader, CardTitle, Grid, GridItem } from '@patternfly/react-core';
import { PlusCircleIcon, TrashIcon } from '@patternfly/react-icons';
import type { ReactElement } from 'react';
import { Choice } from '../../components/Choice.js';
import { Field, TextField } from '../../components/Field.js';
import type { Message } from '../../i18n/message.js';
import { useText } from '../../i18n/text.js';
import type { Fault } from './faults.js';
import { MANAGEMENT_NETWORK, NIC_MODELS, type NicRow, nextName, type VmForm } from './model.js';

/** The network cards of the machine. */
export function NetworksTab({
  form,
  faults,
  onChange,
}: {
  form: VmForm;
  faults: readonly Fault[];
  onChange: (form: VmForm) => void;
}): ReactElement {
  const text = useText();
  const change = (index: number, part: Partial<NicRow>): void =>
    onChange({ ...form, nics: form.nics.map((nic, at) => (at === index ? { ...nic, ...part } : nic)) });
  const add = (): void => {
    const name =
      form.nics.length === 0
        ? 'default'
        : nextName(
            'nic',
            form.nics.map((nic) => nic.name),
            1,
          );
    const nic: NicRow = { name, model: 'virtio', network: MANAGEMENT_NETWORK, binding: 'masquerade', macAddress: '' };
    onChange({ ...form, nics: [...form.nics, nic] });
  };
  return (
    <>
      {form.nics.map((nic, index) => {
        const fault = (field: string): Message | undefined =>
          faults.find((each) => each.field === `nics.${index}.${field}`)?.message;
        return (
          <Card key={String(index)} isCompact className="drover-gap">
            <CardHeader
              actions={{
                actions: (
                  <Button
                    variant="plain"
                    icon={<TrashIcon />}
                    aria-label={text('action.removeRow', { name: nic.name })}
                    onClick={() => onChange({ ...form, nics: form.nics.filter((_, at) => at !== index) })}
                  />
                ),
              }}
            >
              <CardTitle>{nic.network === MANAGEMENT_NETWORK ? text('network.management') : nic.network}</CardTitle>
            </CardHeader>
            <CardBody>
              <Grid hasGutter>
                <GridItem lg={4} md={6}>
                  <TextField
                    id={`nic-${index}-name`}
                    label={text('column.name')}
                    isRequired
                    value={nic.name}
                    fault={fault('name')}
                    onChange={(name) => change(index, { name })}
                  />
                </GridItem>
                <GridItem lg={4} md={6}>
                  <Field id={`nic-${index}-model`} label={text('network.model')}>
                    <Choice
                      id={`nic-${index}-model`}
                      value={nic.model}
                      options={NIC_MODELS.map((model) => ({ value: model, label: model }))}
                      onChange={(model) => change(index, { model })}
                    />
                  </Field>
                </GridItem>
                <GridItem lg={4} md={6}>
                  <TextField
                    id={`nic-${index}-mac`}
                    label={text('network.mac')}
                    hint={text('network.macHint')}
                    value={nic.macAddress}
                    fault={fault('mac')}
                    onChange={(macAddress) => change(index, { macAddress })}
                  />
                </GridItem>
              </Grid>
            </CardBody>
          </Card>
        );
      })}
      <Button variant="secondary" icon={<PlusCircleIcon />} onClick={add} className="drover-gap">
        {text('network.add')}
      </Button>
    </>
  );
}
