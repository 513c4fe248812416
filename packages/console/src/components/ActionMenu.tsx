import { Dropdown, MenuToggle } from '@patternfly/react-core';
import type { IAction } from '@patternfly/react-table';
import { type ReactElement, useState } from 'react';
import { useText } from '../i18n/text.js';
import { MenuEntries } from '../table/RowMenu.js';

/** The menu at the head of an object's page: what its row in the list has. */
export function ActionMenu({ entries }: { entries: readonly IAction[] }): ReactElement {
  const text = useText();
  const [open, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: 'right' }}
      toggle={(ref) => (
        <MenuToggle ref={ref} isExpanded={open} onClick={() => setOpen(!open)} variant="primary">
          {text('table.actions')}
        </MenuToggle>
      )}
    >
      <MenuEntries entries={entries} />
    </Dropdown>
  );
}
