import { Card, CardBody, CardTitle, ClipboardCopy, ClipboardCopyVariant, Grid, GridItem } from '@patternfly/react-core';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Age } from '../../components/Age.js';
import { Facts } from '../../components/Facts.js';
import { size } from '../../format/size.js';
import { useText } from '../../i18n/text.js';
import { addresses, agentConnected, hardware, hostOf, type Machine, memoryBytes, processors } from '../machine.js';

/** What the machine is, and what its guest says about itself. */
export function OverviewTab({ cluster, machine }: { cluster: string; machine: Machine }): ReactElement {
  const text = useText();
  const { vm, vmi } = machine;
  const { domain, hostname } = hardware(machine);
  const guest = vmi?.status?.guestOSInfo;
  const host = hostOf(machine);
  const memory = memoryBytes(machine);
  const unknown = vmi === undefined ? text('vm.notRunning') : agentConnected(machine) ? undefined : text('vm.noAgent');
  return (
    <Grid hasGutter>
      <GridItem lg={6} md={12}>
        <Card isFullHeight>
          <CardTitle>{text('vm.about')}</CardTitle>
          <CardBody>
            <Facts
              facts={[
                ['column.namespace', machine.namespace],
                ['column.cpu', processors(machine)],
                ['column.memory', memory === undefined ? undefined : size(memory)],
                ['vm.runStrategy', vm.spec.runStrategy],
                ['vm.os', vm.metadata.labels?.['harvesterhci.io/os']],
                ['vm.machineType', vmi?.status?.machine?.type ?? domain.machine?.type],
                ['vm.firmware', text(domain.firmware?.bootloader?.efi ? 'vm.uefi' : 'vm.bios')],
                ['vm.createdAt', <Age key="created" since={vm.metadata.creationTimestamp} />],
              ]}
            />
          </CardBody>
        </Card>
      </GridItem>
      <GridItem lg={6} md={12}>
        <Card isFullHeight>
          <CardTitle>{text('vm.guest')}</CardTitle>
          <CardBody>
            <Facts
              facts={[
                ['vm.hostname', hostname],
                ['column.ip', <Addresses key="ip" all={addresses(machine)} />],
                [
                  'column.node',
                  host && (
                    <Link to="/c/$cluster/hosts/$name" params={{ cluster, name: host }}>
                      {host}
                    </Link>
                  ),
                ],
                ['vm.system', guest?.prettyName ?? guest?.name ?? unknown],
                ['host.kernel', guest?.kernelRelease ?? unknown],
                ['vm.started', <Age key="started" since={startedAt(machine)} />],
              ]}
            />
          </CardBody>
        </Card>
      </GridItem>
    </Grid>
  );
}

const startedAt = ({ vmi }: Machine): string | undefined =>
  vmi?.status?.phaseTransitionTimestamps?.find(({ phase }) => phase === 'Running')?.phaseTransitionTimestamp;

function Addresses({ all }: { all: readonly string[] }): ReactElement {
  const text = useText();
  if (all.length === 0) return <>–</>;
  return (
    <>
      {all.map((address) => (
        <div key={address}>
          <ClipboardCopy
            variant={ClipboardCopyVariant.inlineCompact}
            hoverTip={text('action.copy')}
            clickTip={text('action.copied')}
          >
            {address}
          </ClipboardCopy>
        </div>
      ))}
    </>
  );
}
