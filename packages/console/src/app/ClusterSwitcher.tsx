import { Divider, MenuToggle, Select, SelectList, SelectOption } from '@patternfly/react-core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { useFleet } from '../clusters/fleet.js';
import { StateLabel } from '../components/StateLabel.js';
import { useText } from '../i18n/text.js';

/** Which cluster the page is about, and the way to another. */
export function ClusterSwitcher({ cluster }: { cluster: string }): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const { clusters } = useFleet();
  const [open, setOpen] = useState(false);
  const current = clusters.find(({ id }) => id === cluster);
  return (
    <Select
      isOpen={open}
      onOpenChange={setOpen}
      selected={cluster}
      onSelect={(_event, id) => {
        setOpen(false);
        if (id === ALL) void navigate({ to: '/virtualization' });
        else void navigate({ to: '/c/$cluster', params: { cluster: String(id) } });
      }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="secondary"
          isExpanded={open}
          onClick={() => setOpen(!open)}
          aria-label={text('cluster.switch', { name: current?.name ?? cluster })}
        >
          {current?.name ?? cluster}
        </MenuToggle>
      )}
    >
      <SelectList>
        {clusters.flatMap(({ id, name, state }) =>
          id === undefined
            ? []
            : [
                <SelectOption
                  key={id}
                  value={id}
                  isSelected={id === cluster}
                  description={<StateLabel state={state} />}
                >
                  {name}
                </SelectOption>,
              ],
        )}
        <Divider />
        <SelectOption value={ALL}>{text('cluster.all')}</SelectOption>
      </SelectList>
    </Select>
  );
}

/** Stands for the list of clusters; no cluster id is empty. */
const ALL = '';
