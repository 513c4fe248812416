import {
  clusterRoleTemplateBindings,
  managementClusters,
  type ProvisioningCluster,
  provisioningClusters,
} from '@drover/api';
import {
  ActionGroup,
  BreadcrumbItem,
  Button,
  Form,
  FormFieldGroup,
  FormFieldGroupHeader,
  PageSection,
  TextArea,
} from '@patternfly/react-core';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { holds } from '../api/condition.js';
import { useApi, useServices } from '../app/services.js';
import { Field, TextField } from '../components/Field.js';
import { OfferedButton } from '../components/OfferedButton.js';
import { PageHead } from '../components/PageHead.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { listVisible } from '../live/list-visible.js';
import { untilRow } from '../live/until-row.js';
import { MemberEditor } from '../members/MemberEditor.js';
import { clusterBinding } from '../members/member.js';
import { type MemberChanges, NO_CHANGES } from '../members/member-changes.js';
import { useFleet } from './fleet.js';
import { emptyImport, FLEET_NAMESPACE, type ImportForm, importFaults, importObject } from './import-form.js';
import { useImportOffer } from './needs.js';
import { PairRows } from './PairRows.js';

/** Asks for what importing a cluster needs, and leads to the registration guide. */
export function ImportPage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const services = useServices();
  const api = useApi(LOCAL);
  const { clusters } = useFleet();
  const [form, setForm] = useState<ImportForm>(emptyImport);
  const [tried, setTried] = useState(false);
  const [members, setMembers] = useState<MemberChanges>(NO_CHANGES);
  /** The cluster is there already, and its members are not all added. */
  const [made, setMade] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const taken = clusters.map(({ provisioning }) => provisioning.metadata.name ?? '');
  const found = importFaults(form, busy || made ? [] : taken);
  const faults = tried ? found : new Map();

  const offer = useImportOffer();
  /** Members are kept in the namespace of the cluster, which the server makes. */
  const addMembers = async (): Promise<void> => {
    const late = 'the server has not prepared the cluster yet';
    const asked = services.collections.get(provisioningClusters, LOCAL, undefined, (signal) =>
      listVisible(api, provisioningClusters, undefined, signal),
    );
    const managed = services.collections.get(managementClusters, LOCAL, undefined, (signal) =>
      listVisible(api, managementClusters, undefined, signal),
    );
    const isKnown = ({ status }: ProvisioningCluster): boolean => status?.clusterName !== undefined;
    const { status } = await untilRow(services, asked, `${FLEET_NAMESPACE}/${form.name}`, isKnown, late);
    const id = status?.clusterName ?? '';
    await untilRow(services, managed, id, (cluster) => holds(cluster, 'InitialRolesPopulated'), late);
    for (const member of members.added) {
      await api.create(clusterRoleTemplateBindings, clusterBinding(id, member.subject, member.role));
      setMembers((now) => ({ ...now, added: now.added.filter((each) => each !== member) }));
    }
  };
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (offer !== 'yes') return;
    setTried(true);
    if (found.size > 0) return;
    setBusy(true);
    setError(undefined);
    try {
      if (!made) await api.create(provisioningClusters, importObject(form));
      setMade(true);
      if (members.added.length > 0) await addMembers();
      await navigate({
        to: '/virtualization/$namespace/$name/registration',
        params: { namespace: FLEET_NAMESPACE, name: form.name },
      });
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };

  return (
    <>
      <PageHead
        title={text('import.title')}
        description={text('import.intro')}
        path={[
          <BreadcrumbItem
            key="list"
            render={({ className }) => (
              <Link to="/virtualization" className={className} activeOptions={{ exact: true }}>
                {text('nav.virtualization')}
              </Link>
            )}
          />,
          <BreadcrumbItem key="here" isActive>
            {text('import.title')}
          </BreadcrumbItem>,
        ]}
      />
      <PageSection hasBodyWrapper={false}>
        <Form isWidthLimited maxWidth="48rem" onSubmit={(event) => void create(event)} noValidate>
          {error !== undefined && (
            <ProblemAlert
              what={message(made ? 'import.membersFailed' : 'import.failed', { name: form.name })}
              error={error}
            />
          )}
          <TextField
            id="cluster-name"
            label={text('import.name')}
            hint={text('import.nameHint')}
            isRequired
            autoFocus
            value={form.name}
            fault={faults.get('name')}
            onChange={(name) => setForm({ ...form, name })}
          />
          <Field id="cluster-description" label={text('import.description')}>
            <TextArea
              id="cluster-description"
              value={form.description}
              resizeOrientation="vertical"
              onChange={(_event, description) => setForm({ ...form, description })}
            />
          </Field>
          <PairRows
            id="labels"
            title={text('import.labels')}
            hint={text('import.labelsHint')}
            pairs={form.labels}
            faults={faults}
            onChange={(labels) => setForm({ ...form, labels })}
          />
          <PairRows
            id="agentEnvVars"
            title={text('import.env')}
            hint={text('import.envHint')}
            pairs={form.agentEnvVars}
            faults={faults}
            onChange={(agentEnvVars) => setForm({ ...form, agentEnvVars })}
          />
          <FormFieldGroup
            header={
              <FormFieldGroupHeader
                titleText={{ text: text('nav.members'), id: 'members-title' }}
                titleDescription={text('import.membersHint')}
              />
            }
          >
            <MemberEditor context="cluster" present={[]} mayChange changes={members} onChange={setMembers} />
          </FormFieldGroup>
          <ActionGroup>
            <OfferedButton offer={offer} type="submit" variant="primary" isLoading={busy} isDisabled={busy}>
              {text('action.create')}
            </OfferedButton>
            <Button variant="link" onClick={() => void navigate({ to: '/virtualization' })}>
              {text('action.cancel')}
            </Button>
          </ActionGroup>
        </Form>
      </PageSection>
    </>
  );
}
