import { globalRoles, roleTemplates } from '@drover/api';
import { ActionGroup, Button, Checkbox, Form, FormGroup, Gallery, PageSection } from '@patternfly/react-core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi } from '../app/services.js';
import { TextField } from '../components/Field.js';
import { NotHere } from '../components/NotHere.js';
import { useNotify } from '../components/notify.js';
import { PageHead } from '../components/PageHead.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { RuleEditor } from './RuleEditor.js';
import { isGlobal, isTemplate, type Role, type RoleContext } from './role.js';
import {
  type Beginning,
  emptyRole,
  formOf,
  globalRoleObject,
  type RoleForm,
  roleFaults,
  templateObject,
} from './role-form.js';
import { roleTrail } from './role-trail.js';
import { useRole, useRoles } from './roles.js';

const createRoute = getRouteApi('/shell/auth/roles/$context/create');
const editRoute = getRouteApi('/shell/auth/roles/$context/$id/edit');

/** Makes a role, from nothing or from another. */
export function CreateRolePage(): ReactElement {
  const text = useText();
  const { context } = createRoute.useParams();
  const { from } = createRoute.useSearch();
  const { role, freshness } = useRole(context, from ?? '');
  const title = text(`role.create.${context}`);
  if (from !== undefined && role === undefined)
    return <NotHere freshness={freshness} title={title} what={text('role.notHere', { name: from })} />;
  return (
    <>
      <PageHead title={title} path={roleTrail(text, context, title)} />
      <PageSection hasBodyWrapper={false}>
        <RoleFormBody
          first={
            role
              ? {
                  ...formOf(role),
                  name: text('role.copyOf', { name: role.name }),
                  isDefault: false,
                  isLocked: false,
                }
              : emptyRole(context)
          }
          cloned={role}
        />
      </PageSection>
    </>
  );
}

/** Changes a role that is not built in. */
export function EditRolePage(): ReactElement {
  const text = useText();
  const { context, id } = editRoute.useParams();
  const { role, freshness } = useRole(context, id);
  if (role === undefined) return <NotHere freshness={freshness} title={id} what={text('role.notHere', { name: id })} />;
  const title = text('user.edit', { name: role.name });
  return (
    <>
      <PageHead title={title} path={roleTrail(text, context, title)} />
      <PageSection hasBodyWrapper={false}>
        <RoleFormBody first={formOf(role)} edited={role} />
      </PageSection>
    </>
  );
}

function RoleFormBody({
  first,
  edited,
  cloned,
}: {
  first: RoleForm;
  edited?: Role | undefined;
  cloned?: Role | undefined;
}): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const notify = useNotify();
  const api = useApi(LOCAL);
  const [form, setForm] = useState(first);
  /** The objects as they were when the form was opened: what changed meanwhile is not overwritten unseen. */
  const [beginning] = useState({ edited: edited?.object, cloned: cloned?.object });
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const found = roleFaults(form);
  const faults = tried ? found : new Map();
  const { context } = form;
  const change = (part: Partial<RoleForm>): void => setForm((now) => ({ ...now, ...part }));
  const leave = (id?: string): void =>
    id === undefined
      ? void navigate({ to: '/auth/roles', search: { tab: context } })
      : void navigate({ to: '/auth/roles/$context/$id', params: { context, id } });
  const write = async (): Promise<string> => {
    if (context === 'global') {
      const object = globalRoleObject(form, ofKind(beginning, isGlobal));
      const saved = await (edited ? api.update(globalRoles, object) : api.create(globalRoles, object));
      return saved.metadata.name;
    }
    const object = templateObject(form, ofKind(beginning, isTemplate));
    const saved = await (edited ? api.update(roleTemplates, object) : api.create(roleTemplates, object));
    return saved.metadata.name;
  };
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (found.size > 0) return;
    setBusy(true);
    setError(undefined);
    try {
      const id = await write();
      notify.done(message('role.saved', { name: form.name }));
      leave(id);
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  return (
    <Form isWidthLimited maxWidth="64rem" onSubmit={(event) => void save(event)} noValidate>
      {error !== undefined && <ProblemAlert what={message('role.saveFailed', { name: form.name })} error={error} />}
      <TextField
        id="role-name"
        label={text('column.name')}
        isRequired
        autoFocus
        value={form.name}
        fault={faults.get('name')}
        onChange={(name) => change({ name })}
      />
      <TextField
        id="role-description"
        label={text('import.description')}
        value={form.description}
        onChange={(description) => change({ description })}
      />
      <FormGroup role="group" isStack fieldId="role-options" label={text('role.options')}>
        <Checkbox
          id="role-default"
          label={text(`role.default.${context}`)}
          description={text(`role.defaultHint.${context}`)}
          isChecked={form.isDefault}
          onChange={(_event, isDefault) => change({ isDefault })}
        />
        {context !== 'global' && (
          <Checkbox
            id="role-locked"
            label={text('role.mark.locked')}
            description={text('role.lockedHint')}
            isChecked={form.isLocked}
            onChange={(_event, isLocked) => change({ isLocked })}
          />
        )}
      </FormGroup>
      <RuleEditor rules={form.rules} context={context} faults={faults} onChange={(rules) => change({ rules })} />
      {context !== 'global' && (
        <Inherits
          context={context}
          self={edited?.id}
          chosen={form.inherits}
          onChange={(inherits) => change({ inherits })}
        />
      )}
      <ActionGroup>
        <Button type="submit" variant="primary" isLoading={busy} isDisabled={busy}>
          {text(edited === undefined ? 'action.create' : 'action.save')}
        </Button>
        <Button variant="link" onClick={() => leave(edited?.id)}>
          {text('action.cancel')}
        </Button>
      </ActionGroup>
    </Form>
  );
}

const ofKind = <T extends Role['object']>(
  { edited, cloned }: Beginning<Role['object']>,
  is: (object: Role['object']) => object is T,
): Beginning<T> => ({
  edited: edited && is(edited) ? edited : undefined,
  cloned: cloned && is(cloned) ? cloned : undefined,
});

/** Role templates that a role takes in: those of its own context. */
function Inherits({
  context,
  self,
  chosen,
  onChange,
}: {
  context: RoleContext;
  self: string | undefined;
  chosen: readonly string[];
  onChange: (chosen: readonly string[]) => void;
}): ReactElement {
  const text = useText();
  const { roles } = useRoles();
  const offered = roles
    .filter(
      (role) => role.id !== self && (role.context === context || chosen.includes(role.id)) && role.context !== 'global',
    )
    .sort((a, b) => a.name.localeCompare(b.name));
  return (
    <FormGroup role="group" fieldId="role-inherits" label={text('role.inherits')}>
      <Gallery hasGutter minWidths={{ default: '16rem' }}>
        {offered.map(({ id, name }) => (
          <Checkbox
            key={id}
            id={`inherits-${id}`}
            label={name}
            isChecked={chosen.includes(id)}
            onChange={(_event, on) => onChange(on ? [...chosen, id] : chosen.filter((each) => each !== id))}
          />
        ))}
      </Gallery>
    </FormGroup>
  );
}
