import { namespaces as kind, resourceQuotas } from '@drover/api';
import { ActionGroup, Button, Content, ExpandableSection, Form, PageSection } from '@patternfly/react-core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useApi, useCollection } from '../app/services.js';
import { TextField } from '../components/Field.js';
import { NotHere } from '../components/NotHere.js';
import { useNotify } from '../components/notify.js';
import { PageHead } from '../components/PageHead.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { isKnown } from '../live/collection.js';
import { ContainerDefaults } from '../quotas/ContainerDefaults.js';
import {
  containerAnnotation,
  containersOf,
  namespaceUse,
  rowsOf,
  shareAnnotation,
  shareFaults,
  sharesOf,
} from '../quotas/quota.js';
import { ShareFields } from '../quotas/ShareFields.js';
import { description, type NamespaceRow, type ProjectRow } from './project.js';
import { projectTrail } from './project-trail.js';
import { useNamespaces } from './projects.js';

const route = getRouteApi('/shell/c/$cluster/projects/namespaces/$namespace/edit');

/** Changes what a namespace is for, and what it may have of its project's quota. */
export function EditNamespacePage(): ReactElement {
  const text = useText();
  const { cluster, namespace: name } = route.useParams();
  const { namespaces, projects, freshness } = useNamespaces(cluster);
  const row = namespaces.find(({ key }) => key === name);
  if (row === undefined || !isKnown(freshness))
    return <NotHere freshness={freshness} title={name} what={text('namespace.notHere', { name })} />;
  const title = text('namespace.of', { name });
  return (
    <>
      <PageHead title={title} path={projectTrail(text, cluster, title)} />
      <PageSection hasBodyWrapper={false}>
        <NamespaceForm cluster={cluster} row={row} project={projects.find(({ key }) => key === row.project)} />
      </PageSection>
    </>
  );
}

function NamespaceForm({
  cluster,
  row,
  project,
}: {
  cluster: string;
  row: NamespaceRow;
  project: ProjectRow | undefined;
}): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const notify = useNotify();
  const api = useApi(cluster);
  const { items: quotas } = useCollection(resourceQuotas, cluster);
  const { name, namespace } = row;
  const [words, setWords] = useState(row.description);
  const [shares, setShares] = useState<ReadonlyMap<string, string>>(() =>
    project === undefined ? new Map() : sharesOf(namespace, project.project),
  );
  const [containers, setContainers] = useState(() => containersOf(namespace));
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const faults = shareFaults(shares);
  const limits = project !== undefined && rowsOf(project.project).length > 0;
  const leave = (): void => void navigate({ to: '/c/$cluster/projects', params: { cluster } });
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (faults.size > 0) return;
    setBusy(true);
    setError(undefined);
    try {
      const annotations = {
        ...description(words),
        ...containerAnnotation(containers),
        ...(limits ? shareAnnotation(shares) : {}),
      };
      await api.mergePatch(kind, { name }, { metadata: { annotations } });
      notify.done(message('namespace.saved', { name }));
      leave();
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  return (
    <Form isWidthLimited maxWidth="64rem" onSubmit={(event) => void save(event)} noValidate>
      {error !== undefined && <ProblemAlert what={message('namespace.saveFailed', { name })} error={error} />}
      <TextField id="namespace-description" label={text('import.description')} value={words} onChange={setWords} />
      {limits ? (
        <ShareFields
          project={project.project}
          shares={shares}
          uses={namespaceUse(name, quotas)}
          faults={tried ? faults : new Map()}
          onChange={setShares}
        />
      ) : (
        <Content component="p">{text('quota.noneInProject')}</Content>
      )}
      <ExpandableSection toggleText={text('quota.containers')} isIndented>
        <ContainerDefaults
          defaults={containers}
          inherited={project?.project.spec?.containerDefaultResourceLimit ?? {}}
          mayChange
          onChange={setContainers}
        />
      </ExpandableSection>
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
