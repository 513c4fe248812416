import { type Stored, type VirtualMachineImage, virtualMachineImages } from '@drover/api';
import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  PageSection,
  Progress,
  ProgressMeasureLocation,
} from '@patternfly/react-core';
import { HddIcon as DiskIcon } from '@patternfly/react-icons';
import type { IAction } from '@patternfly/react-table';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type ReactElement, useMemo, useState, useSyncExternalStore } from 'react';
import { useApi, useCollection, useServices } from '../app/services.js';
import { refusal } from '../commands/useCommands.js';
import { Age } from '../components/Age.js';
import { Confirm } from '../components/Confirm.js';
import { Hint } from '../components/Hint.js';
import { LinkButton } from '../components/LinkButton.js';
import { useNotify } from '../components/notify.js';
import { PageHead } from '../components/PageHead.js';
import { StateLabel } from '../components/StateLabel.js';
import type { State } from '../components/state.js';
import { size } from '../format/size.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { at, type Need } from '../rights/needs.js';
import { useOfferInAny } from '../rights/useOffer.js';
import { useRights } from '../rights/useRights.js';
import type { Column } from '../table/column.js';
import { ResourceTable } from '../table/ResourceTable.js';
import { useIsHidden } from '../visibility/useSchemas.js';
import { CREATE_VM } from '../vms/commands.js';
import { CREATE_IMAGE, DELETE_IMAGE } from './needs.js';
import { type ImageStateId, imageState, isImported } from './state.js';
import type { Upload } from './uploads.js';

const route = getRouteApi('/shell/c/$cluster/images');

interface ImageRow {
  readonly key: string;
  readonly image: Stored<VirtualMachineImage>;
  readonly state: State<ImageStateId>;
  readonly upload: Upload | undefined;
}

const COLUMNS: readonly Column<ImageRow>[] = [
  {
    id: 'state',
    share: 14,
    title: 'column.state',
    isWhole: true,
    field: ({ state }) => state.id,
    render: ({ state }) => <StateLabel state={state} />,
  },
  {
    id: 'name',
    share: 20,
    title: 'column.name',
    field: ({ image }) => image.spec.displayName,
    render: ({ image }) => <span title={image.spec.description ?? image.metadata.name}>{image.spec.displayName}</span>,
  },
  {
    id: 'namespace',
    share: 12,
    title: 'column.namespace',
    field: ({ image }) => image.metadata.namespace,
    render: ({ image }) => image.metadata.namespace,
  },
  {
    id: 'progress',
    share: 20,
    title: 'column.progress',
    field: ({ image }) => image.status?.progress ?? 0,
    render: (row) => <Arrival row={row} />,
  },
  {
    id: 'size',
    share: 9,
    title: 'column.size',
    field: ({ image }) => image.status?.size ?? 0,
    render: ({ image }) => (image.status?.size ? size(image.status.size) : '–'),
  },
  {
    id: 'virtual',
    share: 12,
    title: 'column.virtualSize',
    field: ({ image }) => image.status?.virtualSize ?? 0,
    render: ({ image }) => (image.status?.virtualSize ? size(image.status.virtualSize) : '–'),
  },
  {
    id: 'age',
    share: 8,
    title: 'column.age',
    field: ({ image }) => -Date.parse(image.metadata.creationTimestamp),
    render: ({ image }) => <Age since={image.metadata.creationTimestamp} />,
  },
];

const NEEDS: readonly Need[] = [DELETE_IMAGE];

/** The disk images of a cluster. */
export function ImageListPage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const notify = useNotify();
  const { cluster } = route.useParams();
  const search = route.useSearch();
  const isHidden = useIsHidden(cluster, virtualMachineImages);
  const api = useApi(cluster);
  const { uploads } = useServices();
  const running = useSyncExternalStore(uploads.listen, uploads.snapshot);
  const { items, freshness } = useCollection(virtualMachineImages, cluster);
  const [deleting, setDeleting] = useState<ImageRow>();
  const rows = useMemo(
    () =>
      items.map((image): ImageRow => {
        const key = `${image.metadata.namespace}/${image.metadata.name}`;
        return { key, image, state: imageState(image), upload: running.find(({ id }) => id === `${cluster}/${key}`) };
      }),
    [items, running, cluster],
  );
  const namespaces = useMemo(() => items.map(({ metadata }) => metadata.namespace ?? ''), [items]);
  const rights = useRights(cluster, NEEDS, namespaces);
  const createOffer = useOfferInAny(cluster, CREATE_IMAGE);
  const vmOffer = useOfferInAny(cluster, CREATE_VM);
  const actions = (row: ImageRow): IAction[] => [
    {
      title: text('image.createVm'),
      ...refusal(vmOffer === 'yes' && !isImported(row.image) ? message('image.notReady') : vmOffer, text),
      onClick: () => void navigate({ to: '/c/$cluster/vms/create', params: { cluster }, search: { image: row.key } }),
    },
    { isSeparator: true },
    {
      title: text('action.delete'),
      isDanger: true,
      ...refusal(rights.offer([at(DELETE_IMAGE, row.image.metadata)]), text),
      onClick: () => setDeleting(row),
    },
  ];
  const remove = async ({ image }: ImageRow): Promise<void> => {
    const name = image.spec.displayName;
    try {
      await api.delete(virtualMachineImages, image.metadata);
      notify.done(message('image.deleted', { name }));
    } catch (error) {
      notify.failed(message('image.deleteFailed', { name }), error);
    }
    setDeleting(undefined);
  };
  const create = (
    <LinkButton offer={createOffer} variant="primary" to="/c/$cluster/images/create" params={{ cluster }}>
      {text('image.create')}
    </LinkButton>
  );
  return (
    <>
      <PageHead title={text('nav.images')} actions={create} />
      <PageSection isFilled hasBodyWrapper={false} className="drover-fill" aria-label={text('nav.images')}>
        <ResourceTable
          label="nav.images"
          columns={COLUMNS}
          rows={rows}
          freshness={freshness}
          isHidden={isHidden}
          search={search}
          onSearch={(next) =>
            void navigate({ to: '/c/$cluster/images', params: { cluster }, search: next, replace: true })
          }
          defaultSort="name"
          count="image.count"
          actions={actions}
          nameOf={({ image }) => image.spec.displayName}
          empty={
            <EmptyState titleText={text('image.none')} icon={DiskIcon} headingLevel="h2">
              {createOffer === 'yes' && (
                <>
                  <EmptyStateBody>{text('image.noneHint')}</EmptyStateBody>
                  <EmptyStateFooter>
                    <EmptyStateActions>{create}</EmptyStateActions>
                  </EmptyStateFooter>
                </>
              )}
            </EmptyState>
          }
        />
      </PageSection>
      {deleting && (
        <Confirm
          title={text('image.delete.title', { name: deleting.image.spec.displayName })}
          action={text('action.delete')}
          onConfirm={() => remove(deleting)}
          onClose={() => setDeleting(undefined)}
        >
          {text('image.delete.what')}
        </Confirm>
      )}
    </>
  );
}

/** How far an image is: what left this tab while it uploads, what the cluster has otherwise. */
function Arrival({ row: { image, state, upload, key } }: { row: ImageRow }): ReactElement {
  const text = useText();
  const { uploads } = useServices();
  if (state.id === 'active') return <>100%</>;
  if (state.id === 'failed')
    return (
      <Hint content={state.reason ?? ''}>
        <span className="drover-bad">{state.reason}</span>
      </Hint>
    );
  const isRunning = upload?.state === 'running';
  const percent = isRunning ? Math.floor((100 * upload.sent) / upload.size) : (image.status?.progress ?? 0);
  return (
    <span className="drover-progress">
      <Progress
        value={percent}
        measureLocation={ProgressMeasureLocation.outside}
        size="sm"
        aria-label={text('image.progressOf', { name: image.spec.displayName })}
      />
      {isRunning && (
        <Button
          variant="link"
          isInline
          onClick={() => uploads.cancel(upload.id)}
          aria-label={text('image.cancelOf', { name: key })}
        >
          {text('action.cancel')}
        </Button>
      )}
    </span>
  );
}
