import { events, harvesterSettings, type Kind, nodes, virtualMachines } from '@drover/api';
import { Alert, Card, CardBody, CardTitle, Grid, GridItem, List, ListItem, PageSection } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactElement, useMemo } from 'react';
import { useApi, useCollection } from '../app/services.js';
import { useFleetCluster } from '../clusters/fleet.js';
import { Age } from '../components/Age.js';
import { Facts } from '../components/Facts.js';
import { LinkButton } from '../components/LinkButton.js';
import { PageHead } from '../components/PageHead.js';
import { StateLabel } from '../components/StateLabel.js';
import { countStates } from '../components/state.js';
import { WhenKnown } from '../components/WhenKnown.js';
import { eventRow, newestFirst } from '../events/event-row.js';
import { size } from '../format/size.js';
import { accelerator, hostState } from '../hosts/state.js';
import type { MessageKey } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { isKnown } from '../live/collection.js';
import { useOfferInAny } from '../rights/useOffer.js';
import { useSees } from '../visibility/useSchemas.js';
import { CREATE_VM } from '../vms/commands.js';
import { useMachines } from '../vms/machines.js';
import { capacity } from './capacity.js';
import { UseBar } from './UseBar.js';

const route = getRouteApi('/shell/c/$cluster/');
const RECENT = 8;
/** The width of each card in twelfths of the page, by how many there are. */
const CARD_SHARES = [12, 12, 6, 4, 3] as const satisfies readonly (3 | 4 | 6 | 12)[];

/** A cluster at a glance. */
export function DashboardPage(): ReactElement {
  const text = useText();
  const { cluster } = route.useParams();
  const fleet = useFleetCluster(cluster);
  const createOffer = useOfferInAny(cluster, CREATE_VM);
  const api = useApi(cluster);
  const hosts = useCollection(nodes, cluster);
  const { machines, freshness } = useMachines(cluster);
  const recent = useCollection(events, cluster);
  const version = useQuery({ queryKey: ['version', cluster], queryFn: () => api.version(), retry: false });
  const harvester = useQuery({
    queryKey: ['harvester-version', cluster],
    queryFn: async () => {
      const setting = await api.get(harvesterSettings, { name: 'server-version' });
      return setting.value || setting.default || '';
    },
    retry: false,
  });
  const sees = useSees(cluster);
  const shows = (kind: Pick<Kind, 'group' | 'plural'>): boolean => sees?.(kind) !== 'nothing';
  // What is promised of the capacity is only known to who sees every machine.
  const showsCapacity = shows(nodes) && (sees === undefined || sees(virtualMachines) === 'everything');
  const cards = 1 + [shows(virtualMachines), shows(nodes), showsCapacity].filter(Boolean).length;
  const share = CARD_SHARES[cards] ?? 12;
  const use = useMemo(() => capacity(hosts.items, machines), [hosts.items, machines]);
  const latest = useMemo(() => recent.items.map(eventRow).sort(newestFirst).slice(0, RECENT), [recent.items]);
  const accelerators = [...new Set(hosts.items.map(accelerator))].filter((each) => each !== 'unknown');
  const facts: readonly (readonly [MessageKey, string | undefined])[] = [
    ['column.harvester', harvester.data],
    ['column.kubernetes', version.data],
    ...(shows(nodes)
      ? [
          [
            'column.accelerator',
            accelerators.map((each) => text(`host.accelerator.${each}`)).join(', ') || undefined,
          ] as const,
        ]
      : []),
  ];
  return (
    <>
      <PageHead
        title={fleet?.name ?? cluster}
        label={fleet && <StateLabel state={fleet.state} />}
        description={fleet?.provisioning.metadata.annotations?.['field.cattle.io/description']}
        actions={
          <LinkButton offer={createOffer} variant="primary" to="/c/$cluster/vms/create" params={{ cluster }}>
            {text('vm.create')}
          </LinkButton>
        }
      />
      <PageSection hasBodyWrapper={false}>
        <Grid hasGutter>
          {fleet !== undefined && fleet.state.id !== 'active' && fleet.state.reason !== undefined && (
            <GridItem span={12}>
              <Alert isInline variant="warning" title={fleet.state.reason} />
            </GridItem>
          )}
          <GridItem xl={share} lg={6} md={12}>
            <Card isFullHeight>
              <CardTitle>{text('dashboard.cluster')}</CardTitle>
              <CardBody>
                <Facts facts={facts} />
                {accelerators.includes('tcg') && (
                  <Alert
                    isInline
                    isPlain
                    variant="info"
                    title={text('host.accelerator.tcgHint')}
                    className="drover-gap"
                  />
                )}
              </CardBody>
            </Card>
          </GridItem>
          {shows(virtualMachines) && (
            <GridItem xl={share} lg={6} md={12}>
              <Card isFullHeight>
                <CardTitle>
                  <Link to="/c/$cluster/vms" params={{ cluster }}>
                    {isKnown(freshness) ? text('vm.count', { count: machines.length }) : text('nav.vms')}
                  </Link>
                </CardTitle>
                <CardBody>
                  <WhenKnown freshness={freshness}>
                    {machines.length === 0 ? (
                      text('vm.none')
                    ) : (
                      <List isPlain>
                        {countStates(machines.map(({ state }) => state)).map(({ state, count }) => (
                          <ListItem key={state.id}>
                            <StateLabel state={{ ...state, transitioning: false }} />{' '}
                            <Link to="/c/$cluster/vms" params={{ cluster }} search={{ q: `state=${state.id}` }}>
                              {count}
                            </Link>
                          </ListItem>
                        ))}
                      </List>
                    )}
                  </WhenKnown>
                </CardBody>
              </Card>
            </GridItem>
          )}
          {shows(nodes) && (
            <GridItem xl={share} lg={6} md={12}>
              <Card isFullHeight>
                <CardTitle>
                  <Link to="/c/$cluster/hosts" params={{ cluster }}>
                    {isKnown(hosts.freshness) ? text('host.count', { count: hosts.items.length }) : text('nav.hosts')}
                  </Link>
                </CardTitle>
                <CardBody>
                  <WhenKnown freshness={hosts.freshness}>
                    <List isPlain>
                      {countStates(hosts.items.map(hostState)).map(({ state, count }) => (
                        <ListItem key={state.id}>
                          <StateLabel state={state} />{' '}
                          <Link to="/c/$cluster/hosts" params={{ cluster }} search={{ q: `state=${state.id}` }}>
                            {count}
                          </Link>
                        </ListItem>
                      ))}
                    </List>
                  </WhenKnown>
                </CardBody>
              </Card>
            </GridItem>
          )}
          {showsCapacity && (
            <GridItem xl={share} lg={6} md={12}>
              <Card isFullHeight>
                <CardTitle>{text('dashboard.capacity')}</CardTitle>
                <CardBody>
                  <WhenKnown freshness={isKnown(hosts.freshness) ? freshness : hosts.freshness}>
                    <UseBar
                      title={text('column.cpu')}
                      capacity={use.cpu}
                      format={(cores) => String(Math.round(cores * 10) / 10)}
                    />
                    <div className="drover-gap">
                      <UseBar title={text('column.memory')} capacity={use.memory} format={size} />
                    </div>
                  </WhenKnown>
                </CardBody>
              </Card>
            </GridItem>
          )}
          {shows(events) && (
            <GridItem span={12}>
              <Card>
                <CardTitle>
                  <Link to="/c/$cluster/events" params={{ cluster }}>
                    {text('dashboard.events')}
                  </Link>
                </CardTitle>
                <CardBody>
                  <WhenKnown freshness={recent.freshness}>
                    {latest.length === 0 ? (
                      text('event.none')
                    ) : (
                      <Table aria-label={text('dashboard.events')} variant="compact" borders={false}>
                        <Thead>
                          <Tr>
                            <Th width={10}>{text('column.lastSeen')}</Th>
                            <Th width={15}>{text('column.reason')}</Th>
                            <Th width={25}>{text('column.object')}</Th>
                            <Th>{text('column.message')}</Th>
                          </Tr>
                        </Thead>
                        <Tbody>
                          {latest.map(({ key, at, event, about }) => (
                            <Tr key={key}>
                              <Td dataLabel={text('column.lastSeen')}>
                                <Age since={at} />
                              </Td>
                              <Td dataLabel={text('column.reason')}>{event.reason}</Td>
                              <Td dataLabel={text('column.object')}>{about}</Td>
                              <Td dataLabel={text('column.message')} modifier="truncate">
                                {event.message}
                              </Td>
                            </Tr>
                          ))}
                        </Tbody>
                      </Table>
                    )}
                  </WhenKnown>
                </CardBody>
              </Card>
            </GridItem>
          )}
        </Grid>
      </PageSection>
    </>
  );
}
