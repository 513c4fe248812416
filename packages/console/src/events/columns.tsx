import { Label } from '@patternfly/react-core';
import { Age } from '../components/Age.js';
import type { Column } from '../table/column.js';
import type { EventRow } from './event-row.js';

/** The columns of every list of events. */
export const EVENT_COLUMNS: readonly Column<EventRow>[] = [
  {
    id: 'last',
    share: 11,
    title: 'column.lastSeen',
    field: ({ at }) => -Date.parse(at),
    render: ({ at }) => <Age since={at} />,
  },
  {
    id: 'type',
    share: 10,
    title: 'column.type',
    field: ({ event }) => event.type,
    render: ({ event }) => (
      <Label isCompact {...(event.type === 'Warning' ? { status: 'warning' as const } : { color: 'grey' as const })}>
        {event.type}
      </Label>
    ),
  },
  {
    id: 'reason',
    share: 15,
    title: 'column.reason',
    field: ({ event }) => event.reason,
    render: ({ event }) => event.reason,
  },
  { id: 'object', share: 25, title: 'column.object', field: ({ about }) => about, render: ({ about }) => about },
  {
    id: 'message',
    share: 34,
    title: 'column.message',
    field: ({ event }) => event.message,
    render: ({ event }) => <span title={event.message}>{event.message}</span>,
  },
  { id: 'count', share: 8, title: 'column.count', field: ({ count }) => count, render: ({ count }) => count },
];
