import { Divider, Dropdown, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import { EllipsisVIcon } from '@patternfly/react-icons';
import type { IAction } from '@patternfly/react-table';
import { type ReactElement, type RefObject, useEffect, useRef, useState } from 'react';

/** The menu of a row: only its button until it is opened, because a list has one in each row and almost none is ever opened. */
export function RowMenu({ label, entries }: { label: string; entries: () => readonly IAction[] }): ReactElement {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <MenuToggle
        ref={button}
        variant="plain"
        aria-label={label}
        icon={<EllipsisVIcon />}
        isExpanded={open}
        onClick={() => setOpen(!open)}
      />
      {open && <OpenMenu button={button} entries={entries()} onClose={() => setOpen(false)} />}
    </>
  );
}

/** PatternFly places a menu beside its button only when it is there before it opens; else it stands in the window's corner. */
function OpenMenu({
  button,
  entries,
  onClose,
}: {
  button: RefObject<HTMLButtonElement | null>;
  entries: readonly IAction[];
  onClose: () => void;
}): ReactElement {
  const [isThere, setThere] = useState(false);
  useEffect(() => setThere(true), []);
  return (
    <Dropdown
      isOpen={isThere}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      onSelect={onClose}
      shouldFocusToggleOnSelect
      shouldFocusFirstItemOnOpen
      popperProps={{ position: 'right' }}
      toggle={{ toggleNode: null, toggleRef: button }}
    >
      <MenuEntries entries={entries} />
    </Dropdown>
  );
}

/** What can be done, as the entries of a menu; a refused one stays and says why. */
export function MenuEntries({ entries }: { entries: readonly IAction[] }): ReactElement {
  return (
    <DropdownList>
      {entries.map(({ isSeparator, title, description, onClick, isAriaDisabled, isDanger }, index) =>
        isSeparator ? (
          <Divider key={`after ${String(entries[index - 1]?.title)}`} component="li" />
        ) : (
          <DropdownItem
            key={String(title)}
            isAriaDisabled={isAriaDisabled ?? false}
            isDanger={isDanger === true && isAriaDisabled !== true}
            description={description}
            onClick={(event) => onClick?.(event, 0, {}, {})}
          >
            {title}
          </DropdownItem>
        ),
      )}
    </DropdownList>
  );
}
