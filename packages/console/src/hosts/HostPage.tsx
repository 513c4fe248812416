import { nodes } from '@drover/api';
import { BreadcrumbItem, Card, CardBody, CardTitle, Grid, GridItem, PageSection } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactElement, useMemo } from 'react';
import { useCollection } from '../app/services.js';
import { capacity } from '../cluster/capacity.js';
import { UseBar } from '../cluster/UseBar.js';
import { Age } from '../components/Age.js';
import { Facts } from '../components/Facts.js';
import { NotHere } from '../components/NotHere.js';
import { PageHead } from '../components/PageHead.js';
import { StateLabel } from '../components/StateLabel.js';
import { size } from '../format/size.js';
import { useText } from '../i18n/text.js';
import { hostOf } from '../vms/machine.js';
import { useMachines } from '../vms/machines.js';
import { AcceleratorText } from './AcceleratorText.js';
import { hostAddress, hostRole, hostState } from './state.js';

const route = getRouteApi('/shell/c/$cluster/hosts/$name');

/** One host: what it is, what it carries, what it reports. */
export function HostPage(): ReactElement {
  const text = useText();
  const { cluster, name } = route.useParams();
  const hosts = useCollection(nodes, cluster);
  const { machines } = useMachines(cluster);
  const here = useMemo(() => machines.filter((machine) => hostOf(machine) === name), [machines, name]);
  const node = hosts.rows.get(name);
  if (node === undefined)
    return <NotHere freshness={hosts.freshness} title={name} what={text('host.notHere', { name })} />;
  const use = capacity([node], here);
  const info = node.status?.nodeInfo;
  return (
    <>
      <PageHead
        title={name}
        label={<StateLabel state={hostState(node)} />}
        path={[
          <BreadcrumbItem
            key="list"
            render={({ className }) => (
              <Link to="/c/$cluster/hosts" params={{ cluster }} className={className} activeOptions={{ exact: true }}>
                {text('nav.hosts')}
              </Link>
            )}
          />,
          <BreadcrumbItem key="here" isActive>
            {name}
          </BreadcrumbItem>,
        ]}
      />
      <PageSection hasBodyWrapper={false}>
        <Grid hasGutter>
          <GridItem lg={7} md={12}>
            <Card isFullHeight>
              <CardTitle>{text('host.about')}</CardTitle>
              <CardBody>
                <Facts
                  facts={[
                    ['column.address', hostAddress(node)],
                    ['column.role', text(`host.role.${hostRole(node)}`)],
                    ['column.accelerator', <AcceleratorText key="accelerator" node={node} />],
                    ['host.os', info?.osImage],
                    ['host.kernel', info?.kernelVersion],
                    ['host.architecture', info?.architecture],
                    ['host.runtime', info?.containerRuntimeVersion],
                    ['column.age', <Age key="age" since={node.metadata.creationTimestamp} />],
                  ]}
                />
              </CardBody>
            </Card>
          </GridItem>
          <GridItem lg={5} md={12}>
            <Card isFullHeight>
              <CardTitle>{text('dashboard.capacity')}</CardTitle>
              <CardBody>
                <UseBar title={text('column.cpu')} capacity={use.cpu} format={(cores) => String(cores)} />
                <div className="drover-gap">
                  <UseBar title={text('column.memory')} capacity={use.memory} format={size} />
                </div>
              </CardBody>
            </Card>
          </GridItem>
          <GridItem span={12}>
            <Card>
              <CardTitle>{text('nav.vms')}</CardTitle>
              <CardBody>
                {here.length === 0 ? (
                  text('host.noMachines')
                ) : (
                  <Table aria-label={text('nav.vms')} variant="compact">
                    <Thead>
                      <Tr>
                        <Th width={15}>{text('column.state')}</Th>
                        <Th>{text('column.name')}</Th>
                        <Th>{text('column.namespace')}</Th>
                      </Tr>
                    </Thead>
                    <Tbody>
                      {here.map((machine) => (
                        <Tr key={machine.key}>
                          <Td dataLabel={text('column.state')}>
                            <StateLabel state={machine.state} />
                          </Td>
                          <Td dataLabel={text('column.name')}>
                            <Link
                              to="/c/$cluster/vms/$namespace/$name"
                              params={{ cluster, namespace: machine.namespace, name: machine.name }}
                            >
                              {machine.name}
                            </Link>
                          </Td>
                          <Td dataLabel={text('column.namespace')}>{machine.namespace}</Td>
                        </Tr>
                      ))}
                    </Tbody>
                  </Table>
                )}
              </CardBody>
            </Card>
          </GridItem>
          <GridItem span={12}>
            <Card>
              <CardTitle>{text('host.conditions')}</CardTitle>
              <CardBody>
                <Table aria-label={text('host.conditions')} variant="compact">
                  <Thead>
                    <Tr>
                      <Th width={20}>{text('column.type')}</Th>
                      <Th width={10}>{text('column.status')}</Th>
                      <Th width={20}>{text('column.reason')}</Th>
                      <Th>{text('column.message')}</Th>
                    </Tr>
                  </Thead>
                  <Tbody>
                    {(node.status?.conditions ?? []).map(({ type, status, reason, message }) => (
                      <Tr key={type}>
                        <Td dataLabel={text('column.type')}>{type}</Td>
                        <Td dataLabel={text('column.status')}>{status}</Td>
                        <Td dataLabel={text('column.reason')}>{reason}</Td>
                        <Td dataLabel={text('column.message')}>{message}</Td>
                      </Tr>
                    ))}
                  </Tbody>
                </Table>
              </CardBody>
            </Card>
          </GridItem>
        </Grid>
      </PageSection>
    </>
  );
}
