import { provisioningClusters } from '@drover/api';
import { Alert, Button, Content, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi } from '../app/services.js';
import { Confirm } from '../components/Confirm.js';
import { CopyBlock } from '../components/CopyBlock.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { resetCommand } from './command-lines.js';
import type { FleetCluster } from './state.js';

/** Says what deleting a cluster does, asks for its name, deletes it, and says what is left to do on its side. */
export function DeleteCluster({ cluster, onClose }: { cluster: FleetCluster; onClose: () => void }): ReactElement {
  const text = useText();
  const api = useApi(LOCAL);
  const [error, setError] = useState<unknown>();
  const [deleted, setDeleted] = useState(false);
  const { name = '', namespace } = cluster.provisioning.metadata;
  if (deleted) return <Afterwards name={cluster.name} onClose={onClose} />;
  const remove = async (): Promise<void> => {
    try {
      await api.delete(provisioningClusters, { namespace, name });
      setDeleted(true);
    } catch (refused) {
      setError(refused);
    }
  };
  return (
    <Confirm
      title={text('deleteCluster.title', { name: cluster.name })}
      action={text('action.delete')}
      typed={cluster.name}
      onConfirm={remove}
      onClose={onClose}
    >
      {error !== undefined && (
        <ProblemAlert what={message('deleteCluster.failed', { name: cluster.name })} error={error} />
      )}
      <Content component="p">{text('deleteCluster.what')}</Content>
      <Content component="ul">
        <li>{text('deleteCluster.token')}</li>
        <li>{text('deleteCluster.access')}</li>
        <li>{text('deleteCluster.projects')}</li>
        <li>{text('deleteCluster.machines')}</li>
      </Content>
    </Confirm>
  );
}

function Afterwards({ name, onClose }: { name: string; onClose: () => void }): ReactElement {
  const text = useText();
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="deleted-title">
      <ModalHeader title={text('deleteCluster.done', { name })} labelId="deleted-title" />
      <ModalBody>
        <Content component="p">{text('deleteCluster.reset')}</Content>
        <CopyBlock id="reset-command">{resetCommand}</CopyBlock>
        <Alert isInline variant="warning" title={text('deleteCluster.never')} className="drover-gap">
          {text('deleteCluster.neverWhy')}
        </Alert>
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" onClick={onClose}>
          {text('action.close')}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
