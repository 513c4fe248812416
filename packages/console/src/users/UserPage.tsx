import {
  clusterRoleTemplateBindings,
  globalRoles,
  projectRoleTemplateBindings,
  projects,
  roleTemplates,
  users,
} from '@drover/api';
import { Card, CardBody, CardTitle, Stack, StackItem } from '@patternfly/react-core';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { lazy, type ReactElement, useMemo } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi, useCollection } from '../app/services.js';
import { useFleet } from '../clusters/fleet.js';
import { ActionMenu } from '../components/ActionMenu.js';
import { Age } from '../components/Age.js';
import { Facts } from '../components/Facts.js';
import { NotHere } from '../components/NotHere.js';
import { ObjectTabs } from '../components/ObjectTabs.js';
import { PageHead } from '../components/PageHead.js';
import { PlainTable } from '../components/PlainTable.js';
import { StateLabel } from '../components/StateLabel.js';
import { WhenKnown } from '../components/WhenKnown.js';
import { useText } from '../i18n/text.js';
import { membershipsOf } from '../members/membership.js';
import type { Account } from './account.js';
import { useAccount } from './accounts.js';
import { CHANGE_USER, useUserRights } from './needs.js';
import { userTrail } from './user-trail.js';
import { useUserActions } from './useUserActions.js';

const YamlTab = lazy(async () => ({ default: (await import('../components/YamlTab.js')).YamlTab }));

const route = getRouteApi('/shell/auth/users/$id');

/** One user: who it is, what it may, and where it is a member. */
export function UserPage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const api = useApi(LOCAL);
  const { id } = route.useParams();
  const { account, freshness } = useAccount(id);
  const changeOffer = useUserRights().offer([CHANGE_USER]);
  const { actions, dialogs } = useUserActions(() => void navigate({ to: '/auth/users' }));
  if (account === undefined)
    return <NotHere freshness={freshness} title={id} what={text('user.notHere', { name: id })} />;
  return (
    <>
      <PageHead
        title={account.name}
        label={<StateLabel state={account.state} />}
        description={account.user.description}
        path={userTrail(text, account.name)}
        actions={<ActionMenu entries={actions(account)} />}
      />
      <ObjectTabs
        label={text('user.tabs')}
        overview={<Overview account={account} />}
        yaml={<YamlTab object={account.user} offer={changeOffer} onSave={(user) => api.update(users, user)} />}
      />
      {dialogs}
    </>
  );
}

function Overview({ account }: { account: Account }): ReactElement {
  const text = useText();
  const { id, user, displayName, bindings } = account;
  const { items: roles } = useCollection(globalRoles, LOCAL);
  const descriptions = useMemo(() => new Map(roles.map((role) => [role.metadata.name, role])), [roles]);
  return (
    <Stack hasGutter>
      <StackItem>
        <Card>
          <CardTitle component="h2">{text('user.about')}</CardTitle>
          <CardBody>
            <Facts
              columns={2}
              facts={[
                ['column.displayName', displayName],
                ['user.id', <code key="id">{id}</code>],
                ['user.since', <Age key="created" since={user.metadata.creationTimestamp} />],
                ['column.lastLogin', <Age key="login" since={account.lastLogin} />],
                ['user.mustChange', text(user.mustChangePassword === true ? 'answer.yes' : 'answer.no')],
                ['user.principals', user.principalIds?.join(', ')],
              ]}
            />
          </CardBody>
        </Card>
      </StackItem>
      <StackItem>
        <Card>
          <CardTitle component="h2">{text('column.globalRoles')}</CardTitle>
          <CardBody>
            <PlainTable
              label={text('column.globalRoles')}
              heads={[text('column.role'), text('import.description'), text('user.given')]}
              empty={text('user.noRoles')}
              rows={bindings.map(({ metadata, globalRoleName }) => {
                const role = descriptions.get(globalRoleName);
                return {
                  key: metadata.name,
                  cells: [
                    role?.displayName ?? globalRoleName,
                    role?.description ?? '',
                    <Age key="given" since={metadata.creationTimestamp} />,
                  ],
                };
              })}
            />
          </CardBody>
        </Card>
      </StackItem>
      <StackItem>
        <Memberships id={id} />
      </StackItem>
    </Stack>
  );
}

function Memberships({ id }: { id: string }): ReactElement {
  const text = useText();
  const inClusters = useCollection(clusterRoleTemplateBindings, LOCAL);
  const inProjects = useCollection(projectRoleTemplateBindings, LOCAL);
  const { items: all } = useCollection(projects, LOCAL);
  const { items: templates } = useCollection(roleTemplates, LOCAL);
  const { clusters } = useFleet();
  const memberships = useMemo(
    () => membershipsOf(id, inClusters.items, inProjects.items, all, templates),
    [id, inClusters.items, inProjects.items, all, templates],
  );
  return (
    <Card>
      <CardTitle component="h2">{text('user.memberships')}</CardTitle>
      <CardBody>
        <WhenKnown freshness={inProjects.freshness.state === 'live' ? inClusters.freshness : inProjects.freshness}>
          <PlainTable
            label={text('user.memberships')}
            heads={[text('nav.cluster'), text('column.project'), text('column.role')]}
            empty={text('user.noMemberships')}
            rows={memberships.map(({ key, cluster, project, role }) => ({
              key,
              cells: [
                <Link key="cluster" to="/c/$cluster" params={{ cluster }}>
                  {clusters.find((each) => each.id === cluster)?.name ?? cluster}
                </Link>,
                project?.title ?? text('user.wholeCluster'),
                role,
              ],
            }))}
          />
        </WhenKnown>
      </CardBody>
    </Card>
  );
}
