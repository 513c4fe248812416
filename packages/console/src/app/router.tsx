import { EmptyState, EmptyStateBody, PageSection } from '@patternfly/react-core';
import { SearchIcon } from '@patternfly/react-icons';
import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  lazyRouteComponent,
  Outlet,
} from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { ClusterListPage } from '../clusters/ClusterListPage.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { listSearch } from '../table/column.js';
import { VM_TABS, type VmTab } from '../vms/detail/tabs.js';
import { HomePage } from './HomePage.js';
import { Shell } from './Shell.js';

const root = createRootRoute({ component: Outlet, notFoundComponent: NoSuchPage, errorComponent: Broken });

const consoleWindow = createRoute({
  getParentRoute: () => root,
  path: '/console/$cluster/$namespace/$name/$kind',
  component: lazyRouteComponent(() => import('../consoles/ConsoleWindow.js'), 'ConsoleWindow'),
});

const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell, errorComponent: Broken });

const home = createRoute({ getParentRoute: () => shell, path: '/', component: HomePage });
const virtualization = createRoute({
  getParentRoute: () => shell,
  path: '/virtualization',
  validateSearch: listSearch,
  component: ClusterListPage,
});
const importCluster = createRoute({
  getParentRoute: () => shell,
  path: '/virtualization/import',
  component: lazyRouteComponent(() => import('../clusters/ImportPage.js'), 'ImportPage'),
});
const registration = createRoute({
  getParentRoute: () => shell,
  path: '/virtualization/$namespace/$name/registration',
  component: lazyRouteComponent(() => import('../clusters/RegistrationPage.js'), 'RegistrationPage'),
});

const cluster = createRoute({ getParentRoute: () => shell, path: '/c/$cluster', component: Outlet });
const dashboard = createRoute({
  getParentRoute: () => cluster,
  path: '/',
  component: lazyRouteComponent(() => import('../cluster/DashboardPage.js'), 'DashboardPage'),
});
const hosts = createRoute({
  getParentRoute: () => cluster,
  path: '/hosts',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('../hosts/HostListPage.js'), 'HostListPage'),
});
const host = createRoute({
  getParentRoute: () => cluster,
  path: '/hosts/$name',
  component: lazyRouteComponent(() => import('../hosts/HostPage.js'), 'HostPage'),
});
const vms = createRoute({
  getParentRoute: () => cluster,
  path: '/vms',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('../vms/VmListPage.js'), 'VmListPage'),
});
const createVm = createRoute({
  getParentRoute: () => cluster,
  path: '/vms/create',
  validateSearch: (search: Record<string, unknown>): { image?: string } =>
    typeof search['image'] === 'string' ? { image: search['image'] } : {},
  component: lazyRouteComponent(() => import('../vms/form/CreateVmPage.js'), 'CreateVmPage'),
});
const vm = createRoute({
  getParentRoute: () => cluster,
  path: '/vms/$namespace/$name',
  validateSearch: (search: Record<string, unknown>): { tab?: VmTab } => {
    const tab = VM_TABS.find((each) => each === search['tab']);
    return tab === undefined ? {} : { tab };
  },
  component: lazyRouteComponent(() => import('../vms/detail/VmPage.js'), 'VmPage'),
});
const images = createRoute({
  getParentRoute: () => cluster,
  path: '/images',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('../images/ImageListPage.js'), 'ImageListPage'),
});
const createImage = createRoute({
  getParentRoute: () => cluster,
  path: '/images/create',
  component: lazyRouteComponent(() => import('../images/CreateImagePage.js'), 'CreateImagePage'),
});
const events = createRoute({
  getParentRoute: () => cluster,
  path: '/events',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('../events/EventListPage.js'), 'EventListPage'),
});

/** Every page with its address. */
export const router = createRouter({
  routeTree: root.addChildren([
    consoleWindow,
    shell.addChildren([
      home,
      virtualization,
      importCluster,
      registration,
      cluster.addChildren([dashboard, hosts, host, vms, createVm, vm, images, createImage, events]),
    ]),
  ]),
  basepath: '/dashboard',
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function NoSuchPage(): ReactElement {
  const text = useText();
  return (
    <PageSection hasBodyWrapper={false}>
      <EmptyState titleText={text('notHere.page')} icon={SearchIcon} headingLevel="h1">
        <EmptyStateBody>{text('notHere.pageBody')}</EmptyStateBody>
      </EmptyState>
    </PageSection>
  );
}

function Broken({ error, reset }: ErrorComponentProps): ReactElement {
  return (
    <PageSection hasBodyWrapper={false}>
      <ProblemAlert what={message('problem.page')} error={error} onRetry={reset} />
    </PageSection>
  );
}
