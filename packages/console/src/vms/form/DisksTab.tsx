import { persistentVolumeClaims, storageClasses } from '@drover/api';
import { Alert, Button, Card, CardBody, CardHeader, CardTitle, Flex, Grid, GridItem } from '@patternfly/react-core';
import { AngleDownIcon, AngleUpIcon, PlusCircleIcon, TrashIcon } from '@patternfly/react-icons';
import type { ReactElement } from 'react';
import { useCollection } from '../../app/services.js';
import { Choice } from '../../components/Choice.js';
import { Field, TextField } from '../../components/Field.js';
import { LinkButton } from '../../components/LinkButton.js';
import { size } from '../../format/size.js';
import type { Message } from '../../i18n/message.js';
import { useText } from '../../i18n/text.js';
import type { Fault } from './faults.js';
import { MemoryInput } from './MemoryInput.js';
import { BUSES, type DiskRow, renamedDisk, type VmForm } from './model.js';
import { fromImage, type ImageChoice, withDisk } from './new-disk.js';

/** The disks of the machine in boot order. */
export function DisksTab({
  cluster,
  form,
  faults,
  images,
  newSuffix,
  onChange,
}: {
  cluster: string;
  form: VmForm;
  faults: readonly Fault[];
  images: readonly ImageChoice[];
  newSuffix: () => string;
  onChange: (form: VmForm) => void;
}): ReactElement {
  const text = useText();
  const classes = useCollection(storageClasses, cluster);
  const claims = useCollection(persistentVolumeClaims, cluster, form.namespace);
  const add = (source: DiskRow['source']): void => onChange(withDisk(form, source, newSuffix()));

  const change = (index: number, part: Partial<DiskRow>): void =>
    onChange({ ...form, disks: form.disks.map((disk, at) => (at === index ? { ...disk, ...part } : disk)) });
  const move = (index: number, by: -1 | 1): void => {
    const disks = [...form.disks];
    const [disk] = disks.splice(index, 1);
    if (disk) disks.splice(index + by, 0, disk);
    onChange({ ...form, disks });
  };
  const none = faults.find(({ field }) => field === 'disks')?.message;
  const free = claims.items.map(({ metadata }) => metadata.name);
  return (
    <>
      {none && <Alert isInline isPlain variant="danger" title={text(none)} />}
      {form.disks.map((disk, index) => {
        const fault = (field: string): Message | undefined =>
          faults.find((each) => each.field === `disks.${index}.${field}`)?.message;
        const source = disk.source;
        const image = source.kind === 'image' ? images.find(({ id }) => id === source.imageId) : undefined;
        return (
          <Card key={`${String(index)}-${disk.source.kind}`} isCompact className="drover-gap">
            <CardHeader
              actions={{
                actions: (
                  <>
                    <Button
                      variant="plain"
                      icon={<AngleUpIcon />}
                      isDisabled={index === 0}
                      aria-label={text('disk.earlier', { name: disk.name })}
                      onClick={() => move(index, -1)}
                    />
                    <Button
                      variant="plain"
                      icon={<AngleDownIcon />}
                      isDisabled={index === form.disks.length - 1}
                      aria-label={text('disk.later', { name: disk.name })}
                      onClick={() => move(index, 1)}
                    />
                    <Button
                      variant="plain"
                      icon={<TrashIcon />}
                      aria-label={text('action.removeRow', { name: disk.name })}
                      onClick={() => onChange({ ...form, disks: form.disks.filter((_, at) => at !== index) })}
                    />
                  </>
                ),
              }}
            >
              <CardTitle>{text(`disk.from.${source.kind}`, { order: index + 1 })}</CardTitle>
            </CardHeader>
            <CardBody>
              <Grid hasGutter>
                <GridItem lg={3} md={6}>
                  <TextField
                    id={`disk-${index}-name`}
                    label={text('column.name')}
                    isRequired
                    value={disk.name}
                    fault={fault('name')}
                    onChange={(name) => change(index, renamedDisk(form, disk, name))}
                  />
                </GridItem>
                {source.kind === 'image' && (
                  <GridItem lg={9} md={6}>
                    <Field
                      id={`disk-${index}-image`}
                      label={text('volume.image')}
                      isRequired
                      fault={fault('image')}
                      hint={
                        image?.virtualSize ? text('disk.virtualSize', { size: size(image.virtualSize) }) : undefined
                      }
                    >
                      <Choice
                        id={`disk-${index}-image`}
                        value={source.imageId}
                        options={[
                          { value: '', label: text('disk.chooseImage') },
                          ...images.map(({ id, title }) => ({ value: id, label: title })),
                        ]}
                        onChange={(imageId) =>
                          change(
                            index,
                            fromImage(
                              disk,
                              images.find(({ id }) => id === imageId),
                            ),
                          )
                        }
                      />
                    </Field>
                  </GridItem>
                )}
                {source.kind === 'blank' && (
                  <GridItem lg={9} md={6}>
                    <Field id={`disk-${index}-class`} label={text('disk.storageClass')}>
                      <Choice
                        id={`disk-${index}-class`}
                        value={source.storageClassName}
                        options={[
                          { value: '', label: text('disk.defaultClass') },
                          ...classes.items.map(({ metadata: { name } }) => ({ value: name, label: name })),
                        ]}
                        onChange={(storageClassName) => change(index, { source: { kind: 'blank', storageClassName } })}
                      />
                    </Field>
                  </GridItem>
                )}
                {source.kind === 'existing' && (
                  <GridItem lg={9} md={6}>
                    <Field id={`disk-${index}-claim`} label={text('volume.claim')} isRequired>
                      <Choice
                        id={`disk-${index}-claim`}
                        value={disk.claimName}
                        options={[
                          { value: '', label: text('disk.chooseClaim') },
                          ...[...new Set([...free, disk.claimName])]
                            .filter((name) => name !== '')
                            .map((name) => ({ value: name, label: name })),
                        ]}
                        onChange={(claim) => change(index, { claimName: claim })}
                      />
                    </Field>
                  </GridItem>
                )}
                {source.kind !== 'existing' && (
                  <GridItem lg={4} md={6}>
                    <Field id={`disk-${index}-size`} label={text('column.size')} isRequired fault={fault('size')}>
                      <MemoryInput
                        id={`disk-${index}-size`}
                        value={disk.size}
                        onChange={(next) => change(index, { size: next })}
                      />
                    </Field>
                  </GridItem>
                )}
                <GridItem lg={4} md={6}>
                  <Field id={`disk-${index}-type`} label={text('volume.type')}>
                    <Choice
                      id={`disk-${index}-type`}
                      value={disk.type}
                      options={[
                        { value: 'disk', label: text('disk.type.disk') },
                        { value: 'cd-rom', label: text('disk.type.cdrom') },
                      ]}
                      onChange={(type) => change(index, { type, bus: type === 'cd-rom' ? 'sata' : 'virtio' })}
                    />
                  </Field>
                </GridItem>
                <GridItem lg={4} md={6}>
                  <Field id={`disk-${index}-bus`} label={text('volume.bus')}>
                    <Choice
                      id={`disk-${index}-bus`}
                      value={disk.bus}
                      options={BUSES.map((bus) => ({ value: bus, label: bus }))}
                      onChange={(bus) => change(index, { bus })}
                    />
                  </Field>
                </GridItem>
              </Grid>
            </CardBody>
          </Card>
        );
      })}
      <Flex gap={{ default: 'gapSm' }} className="drover-gap">
        <Button
          variant="secondary"
          icon={<PlusCircleIcon />}
          onClick={() => add({ kind: 'image', imageId: '', storageClassName: '' })}
        >
          {text('disk.addImage')}
        </Button>
        <Button
          variant="secondary"
          icon={<PlusCircleIcon />}
          onClick={() => add({ kind: 'blank', storageClassName: '' })}
        >
          {text('disk.addBlank')}
        </Button>
        <Button variant="secondary" icon={<PlusCircleIcon />} onClick={() => add({ kind: 'existing' })}>
          {text('disk.addExisting')}
        </Button>
        {images.length === 0 && (
          <LinkButton variant="link" to="/c/$cluster/images/create" params={{ cluster }}>
            {text('disk.noImages')}
          </LinkButton>
        )}
      </Flex>
    </>
  );
}
