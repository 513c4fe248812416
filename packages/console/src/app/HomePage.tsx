import {
  Card,
  CardBody,
  CardTitle,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  Flex,
  FlexItem,
  Gallery,
  PageSection,
  Skeleton,
} from '@patternfly/react-core';
import { ClusterIcon } from '@patternfly/react-icons';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useFleet } from '../clusters/fleet.js';
import { useImportOffer } from '../clusters/needs.js';
import { type FleetCluster, harvesterVersion } from '../clusters/state.js';
import { LinkButton } from '../components/LinkButton.js';
import { PageHead } from '../components/PageHead.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { StateLabel } from '../components/StateLabel.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';

/** The first page: every cluster, and what keeps those that are not well. */
export function HomePage(): ReactElement {
  const text = useText();
  const { clusters, freshness } = useFleet();
  const importOffer = useImportOffer();
  return (
    <>
      <PageHead title={text('home.title')} description={text('product.promise')} />
      <PageSection hasBodyWrapper={false} aria-label={text('cluster.list')}>
        {freshness.state === 'failed' ? (
          <ProblemAlert what={message('table.failed', { what: text('cluster.list') })} error={freshness.error} />
        ) : freshness.state === 'loading' ? (
          <Skeleton height="10rem" screenreaderText={text('table.loading')} />
        ) : clusters.length === 0 ? (
          <EmptyState
            titleText={text(importOffer === 'yes' ? 'cluster.none' : 'visibility.noCluster')}
            icon={ClusterIcon}
            headingLevel="h2"
          >
            <EmptyStateBody>
              {text(importOffer === 'yes' ? 'cluster.noneHint' : 'visibility.noClusterHint')}
            </EmptyStateBody>
            <EmptyStateFooter>
              <EmptyStateActions>
                <LinkButton offer={importOffer} variant="primary" to="/virtualization/import">
                  {text('cluster.import')}
                </LinkButton>
              </EmptyStateActions>
            </EmptyStateFooter>
          </EmptyState>
        ) : (
          <Gallery hasGutter minWidths={{ default: '20rem' }}>
            {clusters.map((cluster) => (
              <ClusterCard key={cluster.key} cluster={cluster} />
            ))}
          </Gallery>
        )}
      </PageSection>
    </>
  );
}

function ClusterCard({ cluster }: { cluster: FleetCluster }): ReactElement {
  const text = useText();
  const { id, name, namespace, state, management, provisioning } = cluster;
  const nodes = management?.status?.nodeCount;
  return (
    <Card isFullHeight>
      <CardTitle>
        <Flex justifyContent={{ default: 'justifyContentSpaceBetween' }} flexWrap={{ default: 'nowrap' }}>
          <FlexItem>
            {id === undefined || state.id === 'waiting' ? (
              <Link
                to="/virtualization/$namespace/$name/registration"
                params={{ namespace, name: provisioning.metadata.name ?? '' }}
              >
                {name}
              </Link>
            ) : (
              <Link to="/c/$cluster" params={{ cluster: id }}>
                {name}
              </Link>
            )}
          </FlexItem>
          <FlexItem>
            <StateLabel state={state} />
          </FlexItem>
        </Flex>
      </CardTitle>
      <CardBody>
        {state.reason ??
          [harvesterVersion(cluster), nodes === undefined ? '' : text('host.count', { count: nodes })]
            .filter(Boolean)
            .join(' · ')}
      </CardBody>
    </Card>
  );
}
