import { events } from '@drover/api';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { type ReactElement, useMemo } from 'react';
import { useCollection } from '../../app/services.js';
import { EVENT_COLUMNS } from '../../events/columns.js';
import { eventRow, eventsAbout } from '../../events/event-row.js';
import { useText } from '../../i18n/text.js';
import { claimsOf, type Machine } from '../machine.js';

/** What happened to the machine and to what it is made of. */
export function EventsTab({ cluster, machine }: { cluster: string; machine: Machine }): ReactElement {
  const text = useText();
  const { items } = useCollection(events, cluster);
  const rows = useMemo(
    () =>
      eventsAbout(items.map(eventRow), {
        namespace: machine.namespace,
        name: machine.name,
        claims: claimsOf(machine.vm).map(({ claim }) => claim),
      }),
    [items, machine],
  );
  if (rows.length === 0) return <p>{text('event.none')}</p>;
  return (
    <Table aria-label={text('nav.events')} variant="compact">
      <Thead>
        <Tr>
          {EVENT_COLUMNS.map(({ id, title, share }) => (
            <Th key={id} style={{ width: `${share}%` }}>
              {text(title)}
            </Th>
          ))}
        </Tr>
      </Thead>
      <Tbody>
        {rows.map((row) => (
          <Tr key={row.key}>
            {EVENT_COLUMNS.map(({ id, title, render }) => (
              <Td key={id} dataLabel={text(title)} modifier={id === 'message' ? 'breakWord' : 'truncate'}>
                {render(row)}
              </Td>
            ))}
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
