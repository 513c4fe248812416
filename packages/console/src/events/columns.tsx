import { Label } from '@patternfly/react-core';
import { Age } from '../components/Age.js';
import type { Column } from '../table/column.js';
import type { EventRow } from './event-row.js';

/** The columns of every list of events. */
export const EVENT_COLUMNS: readonly Column<EventRow>[] = [
  {
    id: 'last',
    title: 'column.lastSeen',
    width: 10,
    field: ({ at }) => -Date.parse(at),
    render: ({ at }) => <Age since={at} />,
  },
  {
    id: 'type',
    title: 'column.type',
    width: 10,
    field: ({ event }) => event.type,
    render: ({ event }) => (
      <Label isCompact {...(event.type === 'Warning' ? { status: 'warning' as const } : { color: 'grey' as const })}>
        {event.type}
      </Label>
    ),
  },
  {
    id: 'reason',
    title: 'column.reason',
    width: 15,
    field: ({ event }) => event.reason,
    render: ({ event }) => event.reason,
  },
  { id: 'object', title: 'column.object', width: 25, field: ({ about }) => about, render: ({ about }) => about },
  {
    id: 'message',
    title: 'column.message',
    field: ({ event }) => event.message,
    render: ({ event }) => <span title={event.message}>{event.message}</span>,
  },
  { id: 'count', title: 'column.count', width: 10, field: ({ count }) => count, render: ({ count }) => count },
];
