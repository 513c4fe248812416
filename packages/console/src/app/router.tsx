import { EmptyState, EmptyStateBody, PageSection } from '@patternfly/react-core';
import { SearchIcon } from '@patternfly/react-icons';
import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  notFound,
  Outlet,
  useRouter,
} from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { ClusterListPage } from '../clusters/ClusterListPage.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { ROLE_CONTEXTS, type RoleContext } from '../roles/role.js';
import { type ListSearch, listSearch } from '../table/column.js';
import { VM_TABS, type VmTab } from '../vms/detail/tabs.js';
import { HomePage } from './HomePage.js';
import { lazyPage } from './lazy-page.js';
import { Shell } from './Shell.js';

/** The pages that are not in the first bundle. */
const pages = {
  consoleWindow: lazyPage(async () => (await import('../consoles/ConsoleWindow.js')).ConsoleWindow),
  import: lazyPage(async () => (await import('../clusters/ImportPage.js')).ImportPage),
  registration: lazyPage(async () => (await import('../clusters/RegistrationPage.js')).RegistrationPage),
  dashboard: lazyPage(async () => (await import('../cluster/DashboardPage.js')).DashboardPage),
  hostList: lazyPage(async () => (await import('../hosts/HostListPage.js')).HostListPage),
  host: lazyPage(async () => (await import('../hosts/HostPage.js')).HostPage),
  vmList: lazyPage(async () => (await import('../vms/VmListPage.js')).VmListPage),
  createVm: lazyPage(async () => (await import('../vms/form/CreateVmPage.js')).CreateVmPage),
  vm: lazyPage(async () => (await import('../vms/detail/VmPage.js')).VmPage),
  imageList: lazyPage(async () => (await import('../images/ImageListPage.js')).ImageListPage),
  createImage: lazyPage(async () => (await import('../images/CreateImagePage.js')).CreateImagePage),
  account: lazyPage(async () => (await import('../account/AccountPage.js')).AccountPage),
  userList: lazyPage(async () => (await import('../users/UserListPage.js')).UserListPage),
  createUser: lazyPage(async () => (await import('../users/CreateUserPage.js')).CreateUserPage),
  user: lazyPage(async () => (await import('../users/UserPage.js')).UserPage),
  editUser: lazyPage(async () => (await import('../users/EditUserPage.js')).EditUserPage),
  roleList: lazyPage(async () => (await import('../roles/RoleListPage.js')).RoleListPage),
  role: lazyPage(async () => (await import('../roles/RolePage.js')).RolePage),
  createRole: lazyPage(async () => (await import('../roles/RoleFormPage.js')).CreateRolePage),
  editRole: lazyPage(async () => (await import('../roles/RoleFormPage.js')).EditRolePage),
  projectList: lazyPage(async () => (await import('../projects/ProjectListPage.js')).ProjectListPage),
  createProject: lazyPage(async () => (await import('../projects/ProjectFormPage.js')).CreateProjectPage),
  editProject: lazyPage(async () => (await import('../projects/ProjectFormPage.js')).EditProjectPage),
  editNamespace: lazyPage(async () => (await import('../projects/EditNamespacePage.js')).EditNamespacePage),
  createNamespace: lazyPage(async () => (await import('../projects/CreateNamespacePage.js')).CreateNamespacePage),
  outsideBindings: lazyPage(async () => (await import('../outside/OutsideBindingsPage.js')).OutsideBindingsPage),
  clusterMembers: lazyPage(async () => (await import('../members/ClusterMembersPage.js')).ClusterMembersPage),
  eventList: lazyPage(async () => (await import('../events/EventListPage.js')).EventListPage),
};

/** Pages whose code is worth having before it is wanted: all but those that bring an editor or a console with them. */
const LIGHT = [
  pages.dashboard,
  pages.vmList,
  pages.vm,
  pages.imageList,
  pages.hostList,
  pages.eventList,
  pages.projectList,
  pages.registration,
];

/** Loads the code of the light pages, so that going to them takes no request. A failure costs nothing: they load when wanted. */
export async function warmUp(): Promise<void> {
  await Promise.allSettled(LIGHT.map(({ preload }) => preload()));
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NoSuchPage, errorComponent: Broken });

const consoleWindow = createRoute({
  getParentRoute: () => root,
  path: '/console/$cluster/$namespace/$name/$kind',
  component: pages.consoleWindow,
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
  component: pages.import,
});
const registration = createRoute({
  getParentRoute: () => shell,
  path: '/virtualization/$namespace/$name/registration',
  component: pages.registration,
});

const account = createRoute({ getParentRoute: () => shell, path: '/account', component: pages.account });
const auth = createRoute({ getParentRoute: () => shell, path: '/auth', component: Outlet });
const userList = createRoute({
  getParentRoute: () => auth,
  path: '/users',
  validateSearch: listSearch,
  component: pages.userList,
});
const createUser = createRoute({ getParentRoute: () => auth, path: '/users/create', component: pages.createUser });
const user = createRoute({ getParentRoute: () => auth, path: '/users/$id', component: pages.user });
const editUser = createRoute({ getParentRoute: () => auth, path: '/users/$id/edit', component: pages.editUser });
const roleList = createRoute({
  getParentRoute: () => auth,
  path: '/roles',
  validateSearch: (search: Record<string, unknown>): ListSearch & { tab?: RoleContext } => {
    const tab = ROLE_CONTEXTS.find((each) => each === search['tab']);
    return { ...listSearch(search), ...(tab === undefined ? {} : { tab }) };
  },
  component: pages.roleList,
});
const rolesIn = createRoute({
  getParentRoute: () => auth,
  path: '/roles/$context',
  params: {
    parse: ({ context }): { context: RoleContext } => {
      const known = ROLE_CONTEXTS.find((each) => each === context);
      if (known === undefined) throw notFound();
      return { context: known };
    },
    stringify: ({ context }) => ({ context }),
  },
  component: Outlet,
});
const createRole = createRoute({
  getParentRoute: () => rolesIn,
  path: '/create',
  validateSearch: (search: Record<string, unknown>): { from?: string } =>
    typeof search['from'] === 'string' ? { from: search['from'] } : {},
  component: pages.createRole,
});
const role = createRoute({ getParentRoute: () => rolesIn, path: '/$id', component: pages.role });
const editRole = createRoute({ getParentRoute: () => rolesIn, path: '/$id/edit', component: pages.editRole });
const cluster = createRoute({ getParentRoute: () => shell, path: '/c/$cluster', component: Outlet });
const dashboard = createRoute({
  getParentRoute: () => cluster,
  path: '/',
  component: pages.dashboard,
});
const hosts = createRoute({
  getParentRoute: () => cluster,
  path: '/hosts',
  validateSearch: listSearch,
  component: pages.hostList,
});
const host = createRoute({
  getParentRoute: () => cluster,
  path: '/hosts/$name',
  component: pages.host,
});
const vms = createRoute({
  getParentRoute: () => cluster,
  path: '/vms',
  validateSearch: listSearch,
  component: pages.vmList,
});
const createVm = createRoute({
  getParentRoute: () => cluster,
  path: '/vms/create',
  validateSearch: (search: Record<string, unknown>): { image?: string } =>
    typeof search['image'] === 'string' ? { image: search['image'] } : {},
  component: pages.createVm,
});
const vm = createRoute({
  getParentRoute: () => cluster,
  path: '/vms/$namespace/$name',
  validateSearch: (search: Record<string, unknown>): { tab?: VmTab } => {
    const tab = VM_TABS.find((each) => each === search['tab']);
    return tab === undefined ? {} : { tab };
  },
  component: pages.vm,
});
const images = createRoute({
  getParentRoute: () => cluster,
  path: '/images',
  validateSearch: listSearch,
  component: pages.imageList,
});
const createImage = createRoute({
  getParentRoute: () => cluster,
  path: '/images/create',
  component: pages.createImage,
});
const events = createRoute({
  getParentRoute: () => cluster,
  path: '/events',
  validateSearch: listSearch,
  component: pages.eventList,
});

const projects = createRoute({
  getParentRoute: () => cluster,
  path: '/projects',
  validateSearch: listSearch,
  component: pages.projectList,
});
const createProject = createRoute({
  getParentRoute: () => cluster,
  path: '/projects/create',
  component: pages.createProject,
});
const editProject = createRoute({
  getParentRoute: () => cluster,
  path: '/projects/$project/edit',
  component: pages.editProject,
});
const createNamespace = createRoute({
  getParentRoute: () => cluster,
  path: '/projects/namespaces/create',
  validateSearch: (search: Record<string, unknown>): { project?: string } =>
    typeof search['project'] === 'string' ? { project: search['project'] } : {},
  component: pages.createNamespace,
});
const editNamespace = createRoute({
  getParentRoute: () => cluster,
  path: '/projects/namespaces/$namespace/edit',
  component: pages.editNamespace,
});
const clusterMembers = createRoute({
  getParentRoute: () => cluster,
  path: '/members',
  validateSearch: listSearch,
  component: pages.clusterMembers,
});
const outsideBindings = createRoute({
  getParentRoute: () => cluster,
  path: '/members/outside',
  validateSearch: listSearch,
  component: pages.outsideBindings,
});

/** Every page with its address. */
export const router = createRouter({
  routeTree: root.addChildren([
    consoleWindow,
    shell.addChildren([
      home,
      account,
      virtualization,
      importCluster,
      registration,
      auth.addChildren([
        userList,
        createUser,
        user,
        editUser,
        roleList,
        rolesIn.addChildren([createRole, role, editRole]),
      ]),
      cluster.addChildren([
        dashboard,
        hosts,
        host,
        vms,
        createVm,
        vm,
        images,
        createImage,
        events,
        projects,
        createProject,
        editProject,
        createNamespace,
        editNamespace,
        clusterMembers,
        outsideBindings,
      ]),
    ]),
  ]),
  basepath: '/dashboard',
  defaultPreload: 'intent',
  // Inside the shell, so that a page that fails takes neither navigation nor session with it.
  defaultErrorComponent: Broken,
  defaultPendingMs: 300,
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
  const router = useRouter();
  const retry = (): void => {
    reset();
    void router.invalidate();
  };
  return (
    <PageSection hasBodyWrapper={false}>
      <ProblemAlert what={message('problem.page')} error={error} onRetry={retry} />
    </PageSection>
  );
}
