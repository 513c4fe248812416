import { virtualMachines } from '@drover/api';
import { Checkbox, Content, List, ListItem } from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';
import { useApi } from '../app/services.js';
import { type Outcome, runEach } from '../commands/command.js';
import { Confirm } from '../components/Confirm.js';
import { useNotify } from '../components/notify.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { removalPatch } from './deletion.js';
import { claimsOf, type Machine } from './machine.js';

/** More machines than this, and a name must be typed. */
const UNTYPED_AT_MOST = 3;

/** Asks which disks go with the machines, deletes them, and shows what could not be deleted. */
export function DeleteMachines({
  cluster,
  machines,
  onClose,
  onDeleted,
}: {
  cluster: string;
  machines: readonly Machine[];
  onClose: () => void;
  onDeleted?: () => void;
}): ReactElement {
  const text = useText();
  const notify = useNotify();
  const api = useApi(cluster);
  const disks = machines.flatMap((machine) =>
    claimsOf(machine.vm).map(({ disk, claim }, index) => ({
      id: `${machine.key}/${claim}`,
      machine,
      disk,
      claim,
      isRoot: index === 0,
    })),
  );
  const [going, setGoing] = useState<ReadonlySet<string>>(
    () => new Set(disks.filter(({ isRoot }) => isRoot).map(({ id }) => id)),
  );
  const [failed, setFailed] = useState<readonly Outcome<Machine>[]>([]);
  const toggle = (id: string, on: boolean): void => {
    const next = new Set(going);
    if (on) next.add(id);
    else next.delete(id);
    setGoing(next);
  };
  const remove = async (): Promise<void> => {
    const failures: Outcome<Machine>[] = [];
    await runEach(
      machines,
      async (machine) => {
        const claims = disks.filter((disk) => disk.machine === machine && going.has(disk.id)).map(({ claim }) => claim);
        const patch = removalPatch(claims);
        if (patch !== undefined) await api.mergePatch(virtualMachines, machine, patch);
        await api.delete(virtualMachines, machine);
      },
      (outcome) => {
        if (outcome.error === undefined) notify.done(message('vm.deleted', { name: outcome.target.name }));
        else failures.push(outcome);
      },
    );
    setFailed(failures);
    if (failures.length > 0) return;
    onDeleted?.();
    onClose();
  };
  const [first] = machines;
  return (
    <Confirm
      title={
        machines.length === 1 && first
          ? text('vm.delete.title', { name: first.name })
          : text('vm.delete.titleMany', { count: machines.length })
      }
      action={text('action.delete')}
      {...(machines.length > UNTYPED_AT_MOST ? { typed: text('confirm.word') } : {})}
      onConfirm={remove}
      onClose={onClose}
    >
      {failed.map(({ target, error }) => (
        <ProblemAlert key={target.key} what={message('vm.deleteFailed', { name: target.name })} error={error} />
      ))}
      <Content component="p">{text('vm.delete.what')}</Content>
      {machines.length > 1 && (
        <List isPlain className="drover-names">
          {machines.map(({ key }) => (
            <ListItem key={key}>{key}</ListItem>
          ))}
        </List>
      )}
      {disks.length > 0 && <Content component="p">{text('vm.delete.disks')}</Content>}
      {disks.map(({ id, machine, disk, claim }) => (
        <Checkbox
          key={id}
          id={`disk-${id}`}
          label={machines.length === 1 ? text('vm.delete.disk', { disk, claim }) : `${machine.key}: ${disk} (${claim})`}
          isChecked={going.has(id)}
          onChange={(_event, on) => toggle(id, on)}
        />
      ))}
    </Confirm>
  );
}
