import { globalRoles, users } from '@drover/api';
import { ActionGroup, Button, Form, PageSection } from '@patternfly/react-core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi, useCollection } from '../app/services.js';
import { TextField } from '../components/Field.js';
import { NotHere } from '../components/NotHere.js';
import { useNotify } from '../components/notify.js';
import { PageHead } from '../components/PageHead.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import type { Account } from './account.js';
import { useAccount } from './accounts.js';
import { GlobalRolePicker } from './GlobalRolePicker.js';
import { setGlobalRoles } from './saving.js';
import { userTrail } from './user-trail.js';

const route = getRouteApi('/shell/auth/users/$id/edit');

/** Changes what a user is called and may. */
export function EditUserPage(): ReactElement {
  const text = useText();
  const { id } = route.useParams();
  const { account, freshness } = useAccount(id);
  if (account === undefined)
    return <NotHere freshness={freshness} title={id} what={text('user.notHere', { name: id })} />;
  const title = text('user.edit', { name: account.name });
  return (
    <>
      <PageHead title={title} path={userTrail(text, title)} />
      <PageSection hasBodyWrapper={false}>
        <EditUserForm account={account} />
      </PageSection>
    </>
  );
}

function EditUserForm({ account }: { account: Account }): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const notify = useNotify();
  const api = useApi(LOCAL);
  const { items: roles } = useCollection(globalRoles, LOCAL);
  const { id, name } = account;
  const [displayName, setDisplayName] = useState(account.displayName);
  const [description, setDescription] = useState(account.user.description ?? '');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(account.bindings.map(({ globalRoleName }) => globalRoleName)),
  );
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const leave = (): void => void navigate({ to: '/auth/users/$id', params: { id } });
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await api.mergePatch(users, { name: id }, { displayName, description });
      await setGlobalRoles(api, id, chosen);
      notify.done(message('user.saved', { name }));
      leave();
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  return (
    <Form isWidthLimited maxWidth="56rem" onSubmit={(event) => void save(event)} noValidate>
      {error !== undefined && <ProblemAlert what={message('user.saveFailed', { name })} error={error} />}
      <TextField
        id="user-display-name"
        label={text('column.displayName')}
        autoFocus
        value={displayName}
        onChange={setDisplayName}
      />
      <TextField
        id="user-description"
        label={text('import.description')}
        value={description}
        onChange={setDescription}
      />
      <GlobalRolePicker roles={roles} chosen={chosen} onChange={setChosen} />
      <ActionGroup>
        <Button type="submit" variant="primary" isLoading={busy} isDisabled={busy}>
          {text('action.save')}
        </Button>
        <Button variant="link" onClick={leave}>
          {text('action.cancel')}
        </Button>
      </ActionGroup>
    </Form>
  );
}
