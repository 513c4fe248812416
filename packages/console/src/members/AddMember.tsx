import { roleTemplates } from '@drover/api';
import {
  Button,
  Checkbox,
  Form,
  FormGroup,
  Gallery,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  Radio,
} from '@patternfly/react-core';
import { type FormEvent, type ReactElement, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useCollection } from '../app/services.js';
import { Field } from '../components/Field.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { type MemberSubject, offeredRoles } from './member.js';
import { PrincipalSearch } from './PrincipalSearch.js';
import type { Principal } from './principal.js';

/** Stands for a choice of single roles; no role template has this name. */
const CUSTOM = '';

/** Asks for somebody and for their roles in a cluster or a project. */
export function AddMember({
  context,
  onAdd,
  onClose,
}: {
  context: 'cluster' | 'project';
  /** Rejects with the reason when it is refused, which is then shown. */
  onAdd: (subject: MemberSubject, roles: readonly string[]) => Promise<void>;
  onClose: () => void;
}): ReactElement {
  const text = useText();
  const { items: templates } = useCollection(roleTemplates, LOCAL);
  const { usual, others } = offeredRoles(templates, context);
  const [principal, setPrincipal] = useState<Principal>();
  const [role, setRole] = useState<string>();
  const [custom, setCustom] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const roles = role === CUSTOM ? [...custom] : role === undefined ? [] : [role];
  const toggle = (name: string, on: boolean): void => {
    const next = new Set(custom);
    if (on) next.add(name);
    else next.delete(name);
    setCustom(next);
  };
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    // The dialog may stand inside a form of a page, which this is no part of.
    event.stopPropagation();
    setTried(true);
    if (principal === undefined || roles.length === 0) return;
    setBusy(true);
    setError(undefined);
    try {
      await onAdd({ kind: principal.kind, id: principal.id }, roles);
      onClose();
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="member-title" elementToFocus="#member-search">
      <ModalHeader title={text(`member.add.${context}`)} labelId="member-title" />
      <ModalBody>
        <Form id="add-member" onSubmit={(event) => void add(event)} noValidate>
          {error !== undefined && (
            <ProblemAlert what={message('member.addFailed', { name: principal?.name ?? '' })} error={error} />
          )}
          <Field
            id="member-search"
            label={text('member.who')}
            isRequired
            fault={tried && principal === undefined ? message('member.fault.who') : undefined}
          >
            <PrincipalSearch id="member-search" label={text('member.who')} chosen={principal} onChoose={setPrincipal} />
          </Field>
          <Field
            id="member-role"
            label={text('member.roles')}
            isRequired
            fault={tried && roles.length === 0 ? message('member.fault.role') : undefined}
          >
            <FormGroup role="radiogroup" isStack aria-label={text('member.roles')} fieldId="member-role">
              {usual.map(({ metadata: { name }, displayName, description }) => (
                <Radio
                  key={name}
                  id={`member-role-${name}`}
                  name="member-role"
                  label={displayName ?? name}
                  description={description}
                  isChecked={role === name}
                  onChange={() => setRole(name)}
                />
              ))}
              <Radio
                id="member-role-custom"
                name="member-role"
                label={text('member.custom')}
                description={text('member.customHint')}
                isChecked={role === CUSTOM}
                onChange={() => setRole(CUSTOM)}
              />
            </FormGroup>
          </Field>
          {role === CUSTOM && (
            <Gallery hasGutter minWidths={{ default: '14rem' }}>
              {others.map(({ metadata: { name }, displayName }) => (
                <Checkbox
                  key={name}
                  id={`member-role-${name}`}
                  label={displayName ?? name}
                  isChecked={custom.has(name)}
                  onChange={(_event, on) => toggle(name, on)}
                />
              ))}
            </Gallery>
          )}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" type="submit" form="add-member" isLoading={busy} isDisabled={busy}>
          {text('action.add')}
        </Button>
        <Button variant="link" onClick={onClose}>
          {text('action.cancel')}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
