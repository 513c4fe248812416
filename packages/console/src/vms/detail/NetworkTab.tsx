import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { ReactElement } from 'react';
import { useText } from '../../i18n/text.js';
import { MANAGEMENT_NETWORK } from '../form/model.js';
import { readVm } from '../form/read.js';
import type { Machine } from '../machine.js';

/** The network cards of a machine, and the addresses they have. */
export function NetworkTab({ machine }: { machine: Machine }): ReactElement {
  const text = useText();
  const reported = machine.vmi?.status?.interfaces ?? [];
  return (
    <Table aria-label={text('vm.tab.network')} variant="compact">
      <Thead>
        <Tr>
          <Th>{text('column.name')}</Th>
          <Th>{text('network.network')}</Th>
          <Th>{text('network.binding')}</Th>
          <Th>{text('network.model')}</Th>
          <Th>{text('network.mac')}</Th>
          <Th>{text('column.ip')}</Th>
          <Th>{text('network.inGuest')}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {readVm(machine.vm).nics.map((nic) => {
          const status = reported.find(({ name }) => name === nic.name);
          const all = status?.ipAddresses ?? (status?.ipAddress ? [status.ipAddress] : []);
          return (
            <Tr key={nic.name}>
              <Td dataLabel={text('column.name')}>{nic.name}</Td>
              <Td dataLabel={text('network.network')}>
                {nic.network === MANAGEMENT_NETWORK ? text('network.management') : nic.network}
              </Td>
              <Td dataLabel={text('network.binding')}>{nic.binding}</Td>
              <Td dataLabel={text('network.model')}>{nic.model}</Td>
              <Td dataLabel={text('network.mac')}>{status?.mac ?? (nic.macAddress || '–')}</Td>
              <Td dataLabel={text('column.ip')}>{all.length === 0 ? '–' : all.join(', ')}</Td>
              <Td dataLabel={text('network.inGuest')}>{status?.interfaceName ?? '–'}</Td>
            </Tr>
          );
        })}
      </Tbody>
    </Table>
  );
}
