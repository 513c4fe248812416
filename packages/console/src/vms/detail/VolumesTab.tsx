import { persistentVolumeClaims, virtualMachineImages } from '@drover/api';
import { Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { ReactElement } from 'react';
import { useCollection } from '../../app/services.js';
import { sizeOf } from '../../format/size.js';
import { useText } from '../../i18n/text.js';
import { CLOUD_INIT_DISK } from '../form/model.js';
import { readVm } from '../form/read.js';
import { type Machine, templateOf } from '../machine.js';

/** The disks of a machine in boot order, and what is behind each. */
export function VolumesTab({ cluster, machine }: { cluster: string; machine: Machine }): ReactElement {
  const text = useText();
  const claims = useCollection(persistentVolumeClaims, cluster, machine.namespace);
  const images = useCollection(virtualMachineImages, cluster);
  const rows = readVm(machine.vm).disks;
  const reported = machine.vmi?.status?.volumeStatus ?? [];
  const hasCloudInit = templateOf(machine.vm).volumes?.some(({ name }) => name === CLOUD_INIT_DISK) === true;
  return (
    <Table aria-label={text('vm.tab.volumes')} variant="compact">
      <Thead>
        <Tr>
          <Th>{text('column.name')}</Th>
          <Th>{text('volume.type')}</Th>
          <Th>{text('column.size')}</Th>
          <Th>{text('volume.bus')}</Th>
          <Th>{text('volume.target')}</Th>
          <Th>{text('volume.image')}</Th>
          <Th>{text('volume.claim')}</Th>
          <Th>{text('column.state')}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {rows.map((row) => {
          const claim = claims.rows.get(`${machine.namespace}/${row.claimName}`);
          const status = reported.find(({ name }) => name === row.name);
          const image = row.source.kind === 'image' ? row.source.imageId : undefined;
          return (
            <Tr key={row.name}>
              <Td dataLabel={text('column.name')}>{row.name}</Td>
              <Td dataLabel={text('volume.type')}>{row.type}</Td>
              <Td dataLabel={text('column.size')}>
                {sizeOf(
                  claim?.status?.capacity?.['storage'] ?? claim?.spec?.resources?.requests?.['storage'] ?? row.size,
                )}
              </Td>
              <Td dataLabel={text('volume.bus')}>{row.bus}</Td>
              <Td dataLabel={text('volume.target')}>{status?.target ?? '–'}</Td>
              <Td dataLabel={text('volume.image')}>
                {image === undefined ? '–' : (images.rows.get(image)?.spec.displayName ?? image)}
              </Td>
              <Td dataLabel={text('volume.claim')}>{row.claimName}</Td>
              <Td dataLabel={text('column.state')}>
                {claim?.status?.phase === undefined ? (
                  '–'
                ) : (
                  <Label isCompact {...(claim.status.phase === 'Bound' ? { status: 'success' as const } : {})}>
                    {claim.status.phase}
                  </Label>
                )}
              </Td>
            </Tr>
          );
        })}
        {hasCloudInit && (
          <Tr>
            <Td dataLabel={text('column.name')}>{CLOUD_INIT_DISK}</Td>
            <Td colSpan={7}>{text('volume.cloudInit')}</Td>
          </Tr>
        )}
      </Tbody>
    </Table>
  );
}
