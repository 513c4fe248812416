import { virtualMachineImages } from '@drover/api';
import {
  ActionGroup,
  BreadcrumbItem,
  Button,
  FileUpload,
  Form,
  FormGroup,
  PageSection,
  Radio,
  TextArea,
} from '@patternfly/react-core';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useApi, useServices } from '../app/services.js';
import { NamespaceChoice } from '../cluster/NamespaceChoice.js';
import { Choice } from '../components/Choice.js';
import { Field, TextField } from '../components/Field.js';
import { useNotify } from '../components/notify.js';
import { OfferedButton } from '../components/OfferedButton.js';
import { PageHead } from '../components/PageHead.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { size } from '../format/size.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { useOfferIn } from '../rights/useOffer.js';
import { OPERATING_SYSTEMS } from '../vms/form/model.js';
import { catalogue } from './catalogue.js';
import { type ImageForm, imageFaults, imageObject, nameFromSource } from './image-objects.js';
import { CREATE_IMAGE } from './needs.js';

const route = getRouteApi('/shell/c/$cluster/images/create');

const EMPTY: ImageForm = {
  name: '',
  namespace: 'default',
  description: '',
  source: 'download',
  url: '',
  checksum: '',
  os: '',
};

/** Makes an image from the catalogue, from a URL, or from a file. */
export function CreateImagePage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const notify = useNotify();
  const { cluster } = route.useParams();
  const api = useApi(cluster);
  const { uploads } = useServices();
  const [form, setForm] = useState<ImageForm>(EMPTY);
  const [file, setFile] = useState<File>();
  const [picked, setPicked] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const found = imageFaults(form, file);
  const faults = tried ? found : {};

  /** A name that was never typed follows where the image comes from. */
  const follow = (next: ImageForm, from: string): ImageForm => {
    const suggested = nameFromSource(form.source === 'upload' ? (file?.name ?? '') : form.url);
    return form.name === '' || form.name === suggested ? { ...next, name: nameFromSource(from) } : next;
  };
  const pick = (id: string): void => {
    setPicked(id);
    const image = catalogue.find((each) => each.id === id);
    if (image) setForm({ ...form, source: 'download', url: image.url, os: image.os, name: image.id });
  };
  const offer = useOfferIn(cluster, CREATE_IMAGE, form.namespace);
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (offer !== 'yes') return;
    setTried(true);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    setError(undefined);
    try {
      const made = await api.create(virtualMachineImages, imageObject(form, file?.name ?? ''));
      if (form.source === 'upload' && file !== undefined) {
        const { namespace = '', name } = made.metadata;
        const target = { cluster, namespace, name, displayName: form.name };
        void uploads.start(target, file).then((state) => {
          if (state === 'done') notify.done(message('image.uploaded', { name: form.name }));
          const ended = uploads.snapshot().find(({ id }) => id === `${cluster}/${namespace}/${name}`);
          if (state === 'failed') notify.failed(message('image.uploadFailed', { name: form.name }), ended?.error);
        });
      }
      await navigate({ to: '/c/$cluster/images', params: { cluster } });
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };

  return (
    <>
      <PageHead
        title={text('image.create')}
        path={[
          <BreadcrumbItem
            key="list"
            render={({ className }) => (
              <Link to="/c/$cluster/images" params={{ cluster }} className={className} activeOptions={{ exact: true }}>
                {text('nav.images')}
              </Link>
            )}
          />,
          <BreadcrumbItem key="here" isActive>
            {text('image.create')}
          </BreadcrumbItem>,
        ]}
      />
      <PageSection hasBodyWrapper={false}>
        <Form isWidthLimited maxWidth="48rem" onSubmit={(event) => void create(event)} noValidate>
          {error !== undefined && <ProblemAlert what={message('image.failed', { name: form.name })} error={error} />}
          <FormGroup role="radiogroup" label={text('image.source')} fieldId="image-source" isInline>
            <Radio
              id="source-url"
              name="source"
              label={text('image.fromUrl')}
              isChecked={form.source === 'download'}
              onChange={() => setForm({ ...form, source: 'download' })}
            />
            <Radio
              id="source-file"
              name="source"
              label={text('image.fromFile')}
              isChecked={form.source === 'upload'}
              onChange={() => setForm({ ...form, source: 'upload' })}
            />
          </FormGroup>
          {form.source === 'download' ? (
            <>
              <Field id="image-catalogue" label={text('image.catalogue')} hint={text('image.catalogueHint')}>
                <Choice
                  id="image-catalogue"
                  value={picked}
                  options={[
                    { value: '', label: text('image.ownUrl') },
                    ...catalogue.map(({ id, title }) => ({ value: id, label: title })),
                  ]}
                  onChange={pick}
                />
              </Field>
              <TextField
                id="image-url"
                label={text('image.url')}
                hint={text('image.urlHint')}
                isRequired
                value={form.url}
                fault={faults.url}
                onChange={(url) => setForm(follow({ ...form, url: url.trim() }, url.trim()))}
              />
              <TextField
                id="image-checksum"
                label={text('image.checksum')}
                hint={text('image.checksumHint')}
                value={form.checksum}
                fault={faults.checksum}
                onChange={(checksum) => setForm({ ...form, checksum: checksum.trim() })}
              />
            </>
          ) : (
            <Field
              id="image-file"
              label={text('image.file')}
              isRequired
              fault={faults.file}
              hint={file ? size(file.size) : text('image.fileHint')}
            >
              <FileUpload
                id="image-file"
                filename={file?.name ?? ''}
                filenamePlaceholder={text('image.drop')}
                browseButtonText={text('image.browse')}
                clearButtonText={text('action.clear')}
                browseButtonAriaDescribedby="image-file-help"
                hideDefaultPreview
                onFileInputChange={(_event, chosen) => {
                  setFile(chosen);
                  setForm(follow(form, chosen.name));
                }}
                onClearClick={() => setFile(undefined)}
              />
            </Field>
          )}
          <TextField
            id="image-name"
            label={text('column.name')}
            isRequired
            value={form.name}
            fault={faults.name}
            onChange={(name) => setForm({ ...form, name })}
          />
          <Field id="image-namespace" label={text('column.namespace')} isRequired>
            <NamespaceChoice
              id="image-namespace"
              cluster={cluster}
              kind={virtualMachineImages}
              value={form.namespace}
              onChange={(namespace) => setForm({ ...form, namespace })}
            />
          </Field>
          <Field id="image-os" label={text('vm.os')}>
            <Choice
              id="image-os"
              value={form.os}
              options={[
                { value: '', label: text('image.anyOs') },
                ...OPERATING_SYSTEMS.map((os) => ({ value: os as string, label: os })),
              ]}
              onChange={(os) => setForm({ ...form, os })}
            />
          </Field>
          <Field id="image-description" label={text('import.description')}>
            <TextArea
              id="image-description"
              value={form.description}
              resizeOrientation="vertical"
              onChange={(_event, description) => setForm({ ...form, description })}
            />
          </Field>
          <ActionGroup>
            <OfferedButton offer={offer} type="submit" variant="primary" isLoading={busy} isDisabled={busy}>
              {text('action.create')}
            </OfferedButton>
            <Button variant="link" onClick={() => void navigate({ to: '/c/$cluster/images', params: { cluster } })}>
              {text('action.cancel')}
            </Button>
          </ActionGroup>
        </Form>
      </PageSection>
    </>
  );
}
