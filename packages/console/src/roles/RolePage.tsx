import { globalRoles, roleTemplates } from '@drover/api';
import { Card, CardBody, CardTitle, Stack, StackItem } from '@patternfly/react-core';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { lazy, type ReactElement } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi } from '../app/services.js';
import { ActionMenu } from '../components/ActionMenu.js';
import { Age } from '../components/Age.js';
import { Facts } from '../components/Facts.js';
import { NotHere } from '../components/NotHere.js';
import { ObjectTabs } from '../components/ObjectTabs.js';
import { PageHead } from '../components/PageHead.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { RuleTable } from './RuleTable.js';
import { useRoleOffers } from './rights.js';
import { isGlobal, type Role } from './role.js';
import { roleTrail } from './role-trail.js';
import { useRole, useRoles } from './roles.js';
import { useRoleActions } from './useRoleActions.js';

const YamlTab = lazy(async () => ({ default: (await import('../components/YamlTab.js')).YamlTab }));

const route = getRouteApi('/shell/auth/roles/$context/$id');

/** One role: what it allows, what it takes in, and how often it is given. */
export function RolePage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const { context, id } = route.useParams();
  const { role, freshness } = useRole(context, id);
  const { actions, dialogs } = useRoleActions(() => void navigate({ to: '/auth/roles', search: { tab: context } }));
  if (role === undefined) return <NotHere freshness={freshness} title={id} what={text('role.notHere', { name: id })} />;
  return (
    <>
      <PageHead
        title={role.name}
        description={role.description}
        path={roleTrail(text, context, role.name)}
        actions={<ActionMenu entries={actions(role)} />}
      />
      <ObjectTabs label={text('role.parts')} overview={<Overview role={role} />} yaml={<RoleYaml role={role} />} />
      {dialogs}
    </>
  );
}

function RoleYaml({ role: { object, context, isBuiltIn } }: { role: Role }): ReactElement {
  const api = useApi(LOCAL);
  const { change } = useRoleOffers()(context);
  const offer = change === 'yes' && isBuiltIn ? message('role.refused.builtIn') : change;
  if (isGlobal(object))
    return <YamlTab object={object} offer={offer} onSave={(role) => api.update(globalRoles, role)} />;
  return <YamlTab object={object} offer={offer} onSave={(role) => api.update(roleTemplates, role)} />;
}

function Overview({ role }: { role: Role }): ReactElement {
  const text = useText();
  const { roles } = useRoles();
  const links = (ids: readonly string[]): readonly ReactElement[] | undefined =>
    ids.length === 0
      ? undefined
      : ids.map((each, index) => (
          <span key={each}>
            {index > 0 && ', '}
            <RoleLink id={each} role={roles.find(({ id, context }) => id === each && context !== 'global')} />
          </span>
        ));
  const answer = (is: boolean): string => text(is ? 'answer.yes' : 'answer.no');
  return (
    <Stack hasGutter>
      <StackItem>
        <Card>
          <CardTitle component="h2">{text('role.about')}</CardTitle>
          <CardBody>
            <Facts
              columns={2}
              facts={[
                ['role.contextOf', text(`role.context.${role.context}`)],
                ['user.id', <code key="id">{role.id}</code>],
                ['role.mark.builtIn', answer(role.isBuiltIn)],
                [`role.default.${role.context}`, answer(role.isDefault)],
                ...(role.context === 'global'
                  ? []
                  : ([
                      ['role.mark.locked', answer(role.isLocked)],
                      ['role.inherits', links(role.inherits)],
                      ['role.inheritedBy', links(role.inheritedBy)],
                    ] as const)),
                ['role.uses', text('role.usesOf', { count: role.uses })],
                ['user.since', <Age key="since" since={role.object.metadata.creationTimestamp} />],
              ]}
            />
          </CardBody>
        </Card>
      </StackItem>
      <StackItem>
        <Card>
          <CardTitle component="h2">{text(role.isExternal ? 'role.externalRules' : 'role.rules')}</CardTitle>
          <CardBody>
            <RuleTable rules={role.rules} />
          </CardBody>
        </Card>
      </StackItem>
    </Stack>
  );
}

function RoleLink({ id, role }: { id: string; role: Role | undefined }): ReactElement {
  if (role === undefined) return <>{id}</>;
  return (
    <Link to="/auth/roles/$context/$id" params={{ context: role.context, id }}>
      {role.name}
    </Link>
  );
}
