import { projects as kind, type Project, projectRoleTemplateBindings, resourceQuotas, type Stored } from '@drover/api';
import { ActionGroup, Button, Form, PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { holds } from '../api/condition.js';
import { useApi, useCollection, useServices } from '../app/services.js';
import { TextField } from '../components/Field.js';
import { NotHere } from '../components/NotHere.js';
import { useNotify } from '../components/notify.js';
import { PageHead } from '../components/PageHead.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { type Message, message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { isKnown } from '../live/collection.js';
import { listVisible } from '../live/list-visible.js';
import { untilRow } from '../live/until-row.js';
import { projectBinding } from '../members/member.js';
import { type MemberChanges, NO_CHANGES } from '../members/member-changes.js';
import { ContainerDefaults } from '../quotas/ContainerDefaults.js';
import { QuotaRows } from '../quotas/QuotaRows.js';
import { limitIn, projectUse, type QuotaRow, rowFaults, rowsOf, saidOf } from '../quotas/quota.js';
import { ProjectMembers } from './ProjectMembers.js';
import type { ProjectRow } from './project.js';
import { projectTrail } from './project-trail.js';
import { useProjects } from './projects.js';
import { useProjectOffers } from './rights.js';

const NO_FAULTS: ReadonlyMap<string, Message> = new Map();

/** Makes a project. */
export function CreateProjectPage(): ReactElement {
  const text = useText();
  const { cluster } = getRouteApi('/shell/c/$cluster/projects/create').useParams();
  const title = text('project.create');
  return (
    <>
      <PageHead title={title} path={projectTrail(text, cluster, title)} />
      <PageSection hasBodyWrapper={false}>
        <ProjectForm cluster={cluster} row={undefined} mayChange mayInvite />
      </PageSection>
    </>
  );
}

/** Changes what a project is called, who is in it, and what its namespaces may have. */
export function EditProjectPage(): ReactElement {
  const text = useText();
  const { cluster, project: id } = getRouteApi('/shell/c/$cluster/projects/$project/edit').useParams();
  const { projects, freshness } = useProjects(cluster);
  const row = projects.find(({ key }) => key === id);
  if (row === undefined || !isKnown(freshness))
    return <NotHere freshness={freshness} title={id} what={text('project.notHere', { name: id })} />;
  return <EditProject cluster={cluster} row={row} />;
}

function EditProject({ cluster, row }: { cluster: string; row: ProjectRow }): ReactElement {
  const text = useText();
  const { change, invite } = useProjectOffers(cluster, row);
  const title = text('project.of', { name: row.name });
  return (
    <>
      <PageHead title={title} path={projectTrail(text, cluster, title)} />
      <PageSection hasBodyWrapper={false}>
        <ProjectForm cluster={cluster} row={row} mayChange={change === 'yes'} mayInvite={invite === 'yes'} />
      </PageSection>
    </>
  );
}

function ProjectForm({
  cluster,
  row,
  mayChange,
  mayInvite,
}: {
  cluster: string;
  /** Absent: a new one. */
  row: ProjectRow | undefined;
  mayChange: boolean;
  mayInvite: boolean;
}): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const notify = useNotify();
  const services = useServices();
  const api = useApi(LOCAL);
  const [name, setName] = useState(row?.name ?? '');
  const [description, setDescription] = useState(row?.description ?? '');
  const [members, setMembers] = useState<MemberChanges>(NO_CHANGES);
  const [quota, setQuota] = useState<readonly QuotaRow[]>(() => (row === undefined ? [] : rowsOf(row.project)));
  const [containers, setContainers] = useState(row?.project.spec?.containerDefaultResourceLimit ?? {});
  const [tab, setTab] = useState<string | number>('members');
  const { items: enforced } = useCollection(resourceQuotas, cluster);
  const [made, setMade] = useState<Stored<Project>>();
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const fault = name.trim() === '' ? message('project.fault.name') : undefined;
  const quotaFaults = rowFaults(quota);
  const leave = (): void => void navigate({ to: '/c/$cluster/projects', params: { cluster } });

  /** The project as it is to be, without its members. */
  const settle = async (): Promise<Stored<Project>> => {
    if (row === undefined && made === undefined) {
      const id = await createProject();
      const collection = services.collections.get(kind, LOCAL, undefined, (signal) =>
        listVisible(api, kind, undefined, signal),
      );
      return untilRow(
        services,
        collection,
        `${cluster}/${id}`,
        (project) => holds(project, 'InitialRolesPopulated'),
        'the server has not prepared the project yet',
      );
    }
    const project = made ?? row?.project;
    if (project === undefined) throw new Error('there is no project to change');
    if (mayChange)
      await api.http.request(`/v3/projects/${cluster}:${project.metadata.name}`, { method: 'PUT', body: said() });
    return project;
  };
  /** What the form says of the project itself, as `/v3` has it. */
  const said = (): object => ({
    name: name.trim(),
    description,
    resourceQuota: { limit: limitIn(quota, 'limit') },
    namespaceDefaultResourceQuota: { limit: limitIn(quota, 'share') },
    containerDefaultResourceLimit: saidOf(containers),
  });
  const createProject = async (): Promise<string> => {
    const body = { clusterId: cluster, ...said() };
    const answer = await api.http.request('/v3/projects', { method: 'POST', body });
    const id = typeof answer === 'object' && answer !== null && 'id' in answer ? String(answer.id) : '';
    return id.split(':')[1] ?? '';
  };

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (quotaFaults.size > 0) setTab('quota');
    if (fault !== undefined || quotaFaults.size > 0) return;
    setBusy(true);
    setError(undefined);
    try {
      const project = await settle();
      if (row === undefined) setMade(project);
      for (const member of members.added) {
        await api.create(projectRoleTemplateBindings, projectBinding(project, member.subject, member.role));
        setMembers((now) => ({ ...now, added: now.added.filter((each) => each !== member) }));
      }
      for (const ref of members.removed.values()) await api.delete(projectRoleTemplateBindings, ref);
      notify.done(message('project.saved', { name }));
      leave();
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };

  return (
    <Form isWidthLimited maxWidth="64rem" onSubmit={(event) => void save(event)} noValidate>
      {error !== undefined && <ProblemAlert what={message('project.saveFailed', { name })} error={error} />}
      <TextField
        id="project-name"
        label={text('column.name')}
        isRequired
        autoFocus={row === undefined}
        isDisabled={!mayChange}
        value={name}
        fault={tried ? fault : undefined}
        onChange={setName}
      />
      <TextField
        id="project-description"
        label={text('import.description')}
        isDisabled={!mayChange}
        value={description}
        onChange={setDescription}
      />
      <Tabs aria-label={text('project.tabs')} activeKey={tab} onSelect={(_event, key) => setTab(key)}>
        <Tab eventKey="members" title={<TabTitleText>{text('nav.members')}</TabTitleText>}>
          <ProjectMembers
            project={row?.project ?? made}
            mayChange={mayInvite}
            changes={members}
            onChange={setMembers}
          />
        </Tab>
        <Tab eventKey="quota" title={<TabTitleText>{text('quota.title')}</TabTitleText>}>
          <QuotaRows
            rows={quota}
            uses={row === undefined ? [] : projectUse(row.project, enforced)}
            faults={tried ? quotaFaults : NO_FAULTS}
            mayChange={mayChange}
            onChange={setQuota}
          />
        </Tab>
        <Tab eventKey="containers" title={<TabTitleText>{text('quota.containers')}</TabTitleText>}>
          <ContainerDefaults defaults={containers} mayChange={mayChange} onChange={setContainers} />
        </Tab>
      </Tabs>
      <ActionGroup>
        <Button type="submit" variant="primary" isLoading={busy} isDisabled={busy || !(mayChange || mayInvite)}>
          {text(row === undefined ? 'action.create' : 'action.save')}
        </Button>
        <Button variant="link" onClick={leave}>
          {text('action.cancel')}
        </Button>
      </ActionGroup>
    </Form>
  );
}
