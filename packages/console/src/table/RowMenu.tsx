import { Divider, Dropdown, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import { EllipsisVIcon } from '@patternfly/react-icons';
import type { IAction } from '@patternfly/react-table';
import { type ReactElement, useState } from 'react';

/**
 * The menu of a row. Until it is first opened it is only its button: a list has a menu in each of its rows, and almost none
 * is ever opened.
 */
export function RowMenu({ label, entries }: { label: string; entries: () => readonly IAction[] }): ReactElement {
  const [open, setOpen] = useState<boolean>();
  const toggle = {
    variant: 'plain',
    'aria-label': label,
    icon: <EllipsisVIcon />,
    isExpanded: open === true,
    onClick: () => setOpen(open !== true),
  } as const;
  if (open === undefined) return <MenuToggle {...toggle} />;
  const shown = open ? entries() : [];
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      shouldFocusToggleOnSelect
      shouldFocusFirstItemOnOpen
      popperProps={{ position: 'right' }}
      toggle={(ref) => <MenuToggle ref={ref} {...toggle} />}
    >
      <DropdownList>
        {shown.map(({ isSeparator, title, description, onClick, isAriaDisabled, isDanger }, index) =>
          isSeparator ? (
            <Divider key={`after ${String(shown[index - 1]?.title)}`} component="li" />
          ) : (
            <DropdownItem
              key={String(title)}
              isAriaDisabled={isAriaDisabled ?? false}
              isDanger={isDanger ?? false}
              description={description}
              onClick={(event) => onClick?.(event, 0, {}, {})}
            >
              {title}
            </DropdownItem>
          ),
        )}
      </DropdownList>
    </Dropdown>
  );
}
