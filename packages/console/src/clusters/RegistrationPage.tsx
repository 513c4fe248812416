import { clusterRegistrationTokens, managementClusters, provisioningClusters } from '@drover/api';
import {
  Alert,
  BreadcrumbItem,
  Card,
  CardBody,
  CardTitle,
  ClipboardCopy,
  Content,
  ExpandableSection,
  Grid,
  GridItem,
  PageSection,
  Skeleton,
  Stack,
  StackItem,
} from '@patternfly/react-core';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useCollection } from '../app/services.js';
import { CopyBlock } from '../components/CopyBlock.js';
import { LinkButton } from '../components/LinkButton.js';
import { NotHere } from '../components/NotHere.js';
import { PageHead } from '../components/PageHead.js';
import { StateLabel } from '../components/StateLabel.js';
import { useText } from '../i18n/text.js';
import { airGapCommands, applyCommand, settingCommand } from './command-lines.js';
import { importSteps } from './guide.js';
import { StepList } from './StepList.js';
import { type FleetCluster, fleetCluster } from './state.js';

const route = getRouteApi('/shell/virtualization/$namespace/$name/registration');

/** The registration guide: what to do in the cluster, and how far the import is. Turns Active by itself. */
export function RegistrationPage(): ReactElement {
  const text = useText();
  const { namespace, name } = route.useParams();
  const provisioning = useCollection(provisioningClusters, LOCAL);
  const management = useCollection(managementClusters, LOCAL);
  const object = provisioning.rows.get(`${namespace}/${name}`);
  if (object === undefined)
    return <NotHere freshness={provisioning.freshness} title={name} what={text('guide.notHere', { name })} />;
  const cluster = fleetCluster(object, management.rows.get(object.status?.clusterName ?? ''));
  return (
    <>
      <PageHead
        title={text('guide.title', { name: cluster.name })}
        label={<StateLabel state={cluster.state} />}
        path={[
          <BreadcrumbItem
            key="list"
            render={({ className }) => (
              <Link to="/virtualization" className={className} activeOptions={{ exact: true }}>
                {text('nav.virtualization')}
              </Link>
            )}
          />,
          <BreadcrumbItem key="here" isActive>
            {cluster.name}
          </BreadcrumbItem>,
        ]}
      />
      <PageSection hasBodyWrapper={false}>
        {cluster.id === undefined ? <Guide cluster={cluster} /> : <GuideWithToken cluster={cluster} id={cluster.id} />}
      </PageSection>
    </>
  );
}

function GuideWithToken({ cluster, id }: { cluster: FleetCluster; id: string }): ReactElement {
  const tokens = useCollection(clusterRegistrationTokens, LOCAL, id);
  const token = tokens.rows.get(`${id}/default-token`) ?? tokens.items.find(({ status }) => status?.manifestUrl);
  return <Guide cluster={cluster} token={token} />;
}

function Guide({ cluster, token }: { cluster: FleetCluster; token?: Parameters<typeof importSteps>[1] }): ReactElement {
  const text = useText();
  const url = token?.status?.manifestUrl;
  const image = cluster.management?.status?.agentImage;
  const active = cluster.state.id === 'active';
  return (
    <Grid hasGutter>
      <GridItem lg={8} md={12}>
        <Stack hasGutter>
          {active && cluster.id !== undefined && (
            <StackItem>
              <Alert
                isInline
                variant="success"
                title={text('guide.active', { name: cluster.name })}
                actionLinks={
                  <LinkButton variant="link" isInline to="/c/$cluster" params={{ cluster: cluster.id }}>
                    {text('guide.open')}
                  </LinkButton>
                }
              />
            </StackItem>
          )}
          <StackItem>
            <Card>
              <CardTitle>{text('guide.url')}</CardTitle>
              <CardBody>
                <Stack hasGutter>
                  <StackItem>
                    <Content component="p">{text('guide.urlHint')}</Content>
                    {url === undefined ? (
                      <Skeleton height="2.25rem" screenreaderText={text('guide.urlComing')} />
                    ) : (
                      <ClipboardCopy
                        isReadOnly
                        hoverTip={text('action.copy')}
                        clickTip={text('action.copied')}
                        textAriaLabel={text('guide.url')}
                        toggleAriaLabel={text('guide.url')}
                      >
                        {url}
                      </ClipboardCopy>
                    )}
                  </StackItem>
                  {url !== undefined && (
                    <StackItem>
                      <Content component="p">{text('guide.kubectl')}</Content>
                      <CopyBlock id="setting-command">{settingCommand(url)}</CopyBlock>
                    </StackItem>
                  )}
                  {url !== undefined && (
                    <StackItem>
                      <ExpandableSection toggleText={text('guide.otherwise')}>
                        <Content component="p">{text('guide.apply')}</Content>
                        <CopyBlock id="apply-command">{applyCommand(url)}</CopyBlock>
                      </ExpandableSection>
                    </StackItem>
                  )}
                </Stack>
              </CardBody>
            </Card>
          </StackItem>
          {image !== undefined && (
            <StackItem>
              <Card>
                <CardTitle>{text('guide.image')}</CardTitle>
                <CardBody>
                  <Content component="p">{text('guide.imageHint')}</Content>
                  <ClipboardCopy
                    isReadOnly
                    hoverTip={text('action.copy')}
                    clickTip={text('action.copied')}
                    textAriaLabel={text('guide.image')}
                  >
                    {image}
                  </ClipboardCopy>
                  <ExpandableSection toggleText={text('guide.airGap')} className="drover-gap">
                    <Content component="ul">
                      <li>{text('guide.airGapRegistry')}</li>
                      <li>{text('guide.airGapProxy')}</li>
                      <li>{text('guide.airGapCopy')}</li>
                    </Content>
                    <CopyBlock id="air-gap-commands">{airGapCommands(image)}</CopyBlock>
                  </ExpandableSection>
                </CardBody>
              </Card>
            </StackItem>
          )}
        </Stack>
      </GridItem>
      <GridItem lg={4} md={12}>
        <Card>
          <CardTitle>{text('guide.progress')}</CardTitle>
          <CardBody>
            <StepList steps={importSteps(cluster, token)} />
          </CardBody>
        </Card>
      </GridItem>
    </Grid>
  );
}
