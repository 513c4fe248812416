import { namespaces } from '@drover/api';
import { ActionGroup, Button, Form, PageSection } from '@patternfly/react-core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useApi } from '../app/services.js';
import { Choice } from '../components/Choice.js';
import { Field, TextField } from '../components/Field.js';
import { useNotify } from '../components/notify.js';
import { PageHead } from '../components/PageHead.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { shareAnnotation, shareFaults } from '../quotas/quota.js';
import { ShareFields } from '../quotas/ShareFields.js';
import { useUser } from '../session/SessionGate.js';
import { type NamespaceForm, NO_PROJECT, namespaceFaults, namespaceObject } from './project.js';
import { projectTrail } from './project-trail.js';
import { useProjects } from './projects.js';
import { useNamespaceOffers } from './rights.js';

const route = getRouteApi('/shell/c/$cluster/projects/namespaces/create');

/** Makes a namespace in a project. */
export function CreateNamespacePage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const notify = useNotify();
  const me = useUser();
  const { cluster } = route.useParams();
  const { project = NO_PROJECT } = route.useSearch();
  const api = useApi(cluster);
  const { projects } = useProjects(cluster);
  const offers = useNamespaceOffers(cluster, projects);
  const [form, setForm] = useState<NamespaceForm>({ name: '', project, description: '' });
  const [shares, setShares] = useState<ReadonlyMap<string, string>>(new Map());
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const found = namespaceFaults(form);
  const faults = tried ? found : {};
  const chosen = projects.find(({ key }) => key === form.project);
  const wrongShares = shareFaults(shares);
  const change = (part: Partial<NamespaceForm>): void => setForm((now) => ({ ...now, ...part }));
  const leave = (): void => void navigate({ to: '/c/$cluster/projects', params: { cluster } });
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(found).length > 0 || wrongShares.size > 0) return;
    setBusy(true);
    setError(undefined);
    try {
      await api.create(namespaces, namespaceObject(cluster, form, me.id, shareAnnotation(shares)));
      notify.done(message('namespace.created', { name: form.name }));
      leave();
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  return (
    <>
      <PageHead title={text('namespace.create')} path={projectTrail(text, cluster, text('namespace.create'))} />
      <PageSection hasBodyWrapper={false}>
        <Form isWidthLimited maxWidth="64rem" onSubmit={(event) => void create(event)} noValidate>
          {error !== undefined && (
            <ProblemAlert what={message('namespace.createFailed', { name: form.name })} error={error} />
          )}
          <TextField
            id="namespace-name"
            label={text('column.name')}
            isRequired
            autoFocus
            value={form.name}
            fault={faults.name}
            onChange={(name) => change({ name })}
          />
          <Field id="namespace-project" label={text('column.project')} hint={text('namespace.projectHint')}>
            <Choice
              id="namespace-project"
              value={form.project}
              options={[
                ...projects
                  .filter(({ key }) => offers.get(key) === 'yes' || key === form.project)
                  .map(({ key, name }) => ({ value: key, label: name })),
                ...(offers.get(NO_PROJECT) === 'yes' ? [{ value: NO_PROJECT, label: text('project.noneOf') }] : []),
              ]}
              onChange={(of) => {
                change({ project: of });
                setShares(new Map());
              }}
            />
          </Field>
          <TextField
            id="namespace-description"
            label={text('import.description')}
            value={form.description}
            onChange={(description) => change({ description })}
          />
          <ShareFields
            project={chosen?.project}
            shares={shares}
            faults={tried ? wrongShares : new Map()}
            onChange={setShares}
          />
          <ActionGroup>
            <Button type="submit" variant="primary" isLoading={busy} isDisabled={busy}>
              {text('action.create')}
            </Button>
            <Button variant="link" onClick={leave}>
              {text('action.cancel')}
            </Button>
          </ActionGroup>
        </Form>
      </PageSection>
    </>
  );
}
