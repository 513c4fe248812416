import { type GlobalRole, globalRoles, type Stored } from '@drover/api';
import { ActionGroup, Button, Form, PageSection, Skeleton } from '@patternfly/react-core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi, useCollection, useServices } from '../app/services.js';
import { TextField } from '../components/Field.js';
import { useNotify } from '../components/notify.js';
import { PageHead } from '../components/PageHead.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { isKnown } from '../live/collection.js';
import { useAccounts } from './accounts.js';
import { GlobalRolePicker } from './GlobalRolePicker.js';
import { OneTimePassword } from './OneTimePassword.js';
import { PasswordFields } from './PasswordFields.js';
import { createUser, setGlobalRoles, untilGivenDefaults } from './saving.js';
import { emptyUser, generatePassword, type UserForm, userFaults } from './user-form.js';
import { userTrail } from './user-trail.js';

/** Makes a user. */
export function CreateUserPage(): ReactElement {
  const text = useText();
  const { items: roles, freshness } = useCollection(globalRoles, LOCAL);
  return (
    <>
      <PageHead title={text('user.create')} path={userTrail(text, text('user.create'))} />
      <PageSection hasBodyWrapper={false}>
        {freshness.state === 'failed' ? (
          <ProblemAlert what={message('table.failed', { what: text('column.globalRoles') })} error={freshness.error} />
        ) : isKnown(freshness) ? (
          <CreateUserForm first={emptyUser(roles)} roles={roles} />
        ) : (
          <Skeleton height="12rem" screenreaderText={text('table.loading')} />
        )}
      </PageSection>
    </>
  );
}

function CreateUserForm({ first, roles }: { first: UserForm; roles: readonly Stored<GlobalRole>[] }): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const notify = useNotify();
  const api = useApi(LOCAL);
  const services = useServices();
  const { http, randomBytes } = services;
  const { accounts } = useAccounts();
  const [form, setForm] = useState(first);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  /** The user is there already, and its roles are not all given. */
  const [made, setMade] = useState<{ id: string; password: string }>();
  const [shown, setShown] = useState<string>();
  const taken = made === undefined && !busy ? accounts.map(({ name }) => name) : [];
  const found = userFaults(form, taken);
  const faults = tried ? found : {};
  const change = (part: Partial<UserForm>): void => setForm((now) => ({ ...now, ...part }));

  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    setError(undefined);
    try {
      const password = made?.password ?? (form.secret === 'generated' ? generatePassword(randomBytes) : form.password);
      const id = made?.id ?? (await createUser(http, form, password));
      setMade({ id, password });
      if (roles.some(({ newUserDefault }) => newUserDefault === true)) await untilGivenDefaults(services, api, id);
      await setGlobalRoles(api, id, form.roles);
      notify.done(message('user.created', { name: form.username }));
      if (form.secret === 'generated') setShown(password);
      else await navigate({ to: '/auth/users' });
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };

  return (
    <Form isWidthLimited maxWidth="56rem" onSubmit={(event) => void create(event)} noValidate>
      {error !== undefined && (
        <ProblemAlert
          what={message(made === undefined ? 'user.createFailed' : 'user.rolesFailed', { name: form.username })}
          error={error}
        />
      )}
      <TextField
        id="user-username"
        label={text('signIn.username')}
        hint={text('user.usernameHint')}
        isRequired
        autoFocus
        isDisabled={made !== undefined}
        value={form.username}
        fault={faults.username}
        onChange={(username) => change({ username })}
      />
      <TextField
        id="user-display-name"
        label={text('column.displayName')}
        hint={text('user.displayNameHint')}
        isDisabled={made !== undefined}
        value={form.displayName}
        onChange={(displayName) => change({ displayName })}
      />
      <TextField
        id="user-description"
        label={text('import.description')}
        isDisabled={made !== undefined}
        value={form.description}
        onChange={(description) => change({ description })}
      />
      {made === undefined && <PasswordFields form={form} faults={faults} onChange={change} />}
      <GlobalRolePicker roles={roles} chosen={form.roles} onChange={(chosen) => change({ roles: chosen })} />
      <ActionGroup>
        <Button type="submit" variant="primary" isLoading={busy} isDisabled={busy}>
          {text(made === undefined || busy ? 'action.create' : 'user.finish')}
        </Button>
        <Button variant="link" onClick={() => void navigate({ to: '/auth/users' })}>
          {text('action.cancel')}
        </Button>
      </ActionGroup>
      {shown !== undefined && (
        <OneTimePassword
          username={form.username}
          password={shown}
          onClose={() => void navigate({ to: '/auth/users' })}
        />
      )}
    </Form>
  );
}
