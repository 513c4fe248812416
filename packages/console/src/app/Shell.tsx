import { roleTemplates, users as userKind } from '@drover/api';
import {
  Dropdown,
  DropdownGroup,
  DropdownItem,
  DropdownList,
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadLogo,
  MastheadMain,
  MastheadToggle,
  MenuToggle,
  Nav,
  NavExpandable,
  NavItem,
  NavList,
  Page,
  PageSidebar,
  PageSidebarBody,
  PageToggleButton,
  SkipToContent,
  Toolbar,
  ToolbarContent,
  ToolbarGroup,
  ToolbarItem,
} from '@patternfly/react-core';
import { BarsIcon, CheckIcon, ListIcon } from '@patternfly/react-icons';
import { Link, Outlet, useMatchRoute } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { ClusterNav } from '../cluster/ClusterNav.js';
import { Logo } from '../components/Logo.js';
import { NotifyProvider } from '../components/notify.js';
import type { MessageKey } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { need } from '../rights/needs.js';
import { useOffers } from '../rights/useOffers.js';
import { SessionGate, useUser } from '../session/SessionGate.js';
import { useSignOut } from '../session/session.js';
import { useActivity } from '../session/useActivity.js';
import { ClusterSwitcher } from './ClusterSwitcher.js';
import { chooseTheme, storedTheme, THEME_CHOICES, type ThemeChoice } from './theme.js';

const MAIN_ID = 'main';

/** Everything behind the sign-in: masthead, navigation, page. */
export function Shell(): ReactElement {
  return (
    <NotifyProvider>
      <SessionGate>
        <Frame />
      </SessionGate>
    </NotifyProvider>
  );
}

function Frame(): ReactElement {
  const text = useText();
  useActivity();
  const inCluster = useMatchRoute()({ to: '/c/$cluster', fuzzy: true });
  const cluster = inCluster === false ? undefined : inCluster.cluster;
  return (
    <Page
      isManagedSidebar
      isContentFilled
      mainContainerId={MAIN_ID}
      mainTabIndex={-1}
      skipToContent={<SkipToContent href={`#${MAIN_ID}`}>{text('shell.skip')}</SkipToContent>}
      masthead={<Top cluster={cluster} />}
      sidebar={
        <PageSidebar>
          <PageSidebarBody>{cluster === undefined ? <FleetNav /> : <ClusterNav cluster={cluster} />}</PageSidebarBody>
        </PageSidebar>
      }
    >
      <Outlet />
    </Page>
  );
}

interface Place {
  readonly to: '/' | '/virtualization' | '/auth/users' | '/auth/roles';
  readonly title: MessageKey;
}

/** A place in the menu, with the pages that its part of the navigation has when there are several. */
interface Area extends Place {
  readonly pages?: readonly Place[];
}

/** The places that the reader has a part in. */
function useAreas(): readonly Area[] {
  const [users, roles] = useOffers(LOCAL, [need('list', userKind), need('update', roleTemplates)]);
  const pages: Place[] = [
    ...(users === 'yes' ? [{ to: '/auth/users', title: 'nav.users' } as const] : []),
    ...(roles === 'yes' ? [{ to: '/auth/roles', title: 'nav.roles' } as const] : []),
  ];
  const [first] = pages;
  return [
    { to: '/', title: 'nav.home' },
    { to: '/virtualization', title: 'nav.virtualization' },
    ...(first ? [{ to: first.to, title: 'nav.auth', pages } as const] : []),
  ];
}

function FleetNav(): ReactElement {
  const text = useText();
  const match = useMatchRoute();
  const areas = useAreas();
  const item = ({ to, title }: Place): ReactElement => (
    <NavItem key={to} isActive={match({ to, fuzzy: to !== '/' }) !== false}>
      <Link to={to}>{text(title)}</Link>
    </NavItem>
  );
  return (
    <Nav aria-label={text('nav.places')}>
      <NavList>
        {areas.map((area) =>
          area.pages === undefined ? (
            item(area)
          ) : (
            <NavExpandable
              key={area.title}
              title={text(area.title)}
              isExpanded
              isActive={area.pages.some(({ to }) => match({ to, fuzzy: true }) !== false)}
            >
              {area.pages.map(item)}
            </NavExpandable>
          ),
        )}
      </NavList>
    </Nav>
  );
}

function Top({ cluster }: { cluster: string | undefined }): ReactElement {
  const text = useText();
  return (
    <Masthead>
      <MastheadMain>
        <MastheadToggle className="drover-toggles">
          <PlacesMenu />
          <PageToggleButton variant="plain" aria-label={text('shell.toggleNav')} className="drover-sidebar-toggle">
            <ListIcon />
          </PageToggleButton>
        </MastheadToggle>
        <MastheadBrand>
          <MastheadLogo
            component={(props) => (
              <Link {...props} to="/" aria-label={text('nav.home')} style={{ textDecoration: 'none' }} />
            )}
          >
            <Logo />
            <span className="drover-name">Drover</span>
          </MastheadLogo>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <Toolbar isFullHeight isStatic>
          <ToolbarContent>
            {cluster !== undefined && (
              <ToolbarItem>
                <ClusterSwitcher cluster={cluster} />
              </ToolbarItem>
            )}
            <ToolbarGroup align={{ default: 'alignEnd' }}>
              <ToolbarItem>
                <UserMenu />
              </ToolbarItem>
            </ToolbarGroup>
          </ToolbarContent>
        </Toolbar>
      </MastheadContent>
    </Masthead>
  );
}

/** The hamburger menu: the way from anywhere to anywhere. */
function PlacesMenu(): ReactElement {
  const text = useText();
  const areas = useAreas();
  const [open, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plain"
          isExpanded={open}
          onClick={() => setOpen(!open)}
          aria-label={text('nav.menu')}
          icon={<BarsIcon />}
        />
      )}
    >
      <DropdownList>
        {areas.map(({ to, title }) => (
          <DropdownItem key={to} component={(props: object) => <Link {...props} to={to} />}>
            {text(title)}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}

const THEME_TITLES: Readonly<Record<ThemeChoice, MessageKey>> = {
  light: 'theme.light',
  dark: 'theme.dark',
  system: 'theme.system',
};

function UserMenu(): ReactElement {
  const text = useText();
  const user = useUser();
  const signOut = useSignOut();
  const [open, setOpen] = useState(false);
  const [theme, setTheme] = useState(storedTheme);
  const choose = (choice: ThemeChoice): void => {
    chooseTheme(choice);
    setTheme(choice);
  };
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      popperProps={{ position: 'right' }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plainText"
          isExpanded={open}
          onClick={() => setOpen(!open)}
          aria-label={text('user.menu', { name: user.name })}
        >
          {user.name}
        </MenuToggle>
      )}
    >
      <DropdownGroup label={text('theme.title')}>
        <DropdownList>
          {THEME_CHOICES.map((choice) => (
            <DropdownItem
              key={choice}
              onClick={() => choose(choice)}
              aria-pressed={theme === choice}
              icon={<CheckIcon style={{ visibility: theme === choice ? 'visible' : 'hidden' }} />}
            >
              {text(THEME_TITLES[choice])}
            </DropdownItem>
          ))}
        </DropdownList>
      </DropdownGroup>
      <DropdownGroup label={user.username}>
        <DropdownList>
          <DropdownItem onClick={() => setOpen(false)} component={(props: object) => <Link {...props} to="/account" />}>
            {text('account.title')}
          </DropdownItem>
          <DropdownItem onClick={() => signOut.mutate()}>{text('user.signOut')}</DropdownItem>
        </DropdownList>
      </DropdownGroup>
    </Dropdown>
  );
}
