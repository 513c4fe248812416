import { Checkbox, FormGroup, Radio } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { TextField } from '../components/Field.js';
import type { Message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { SHORTEST_PASSWORD } from '../session/session.js';
import type { UserForm } from './user-form.js';

type Secrets = Pick<UserForm, 'secret' | 'password' | 'again' | 'mustChange'>;

/** How a user gets a password: made here and shown once, or typed. */
export function PasswordFields({
  form,
  faults,
  onChange,
}: {
  form: Secrets;
  faults: { readonly password?: Message; readonly again?: Message };
  onChange: (change: Partial<Secrets>) => void;
}): ReactElement {
  const text = useText();
  return (
    <>
      <FormGroup role="radiogroup" isStack label={text('signIn.password')} fieldId="user-secret">
        <Radio
          id="secret-generated"
          name="secret"
          label={text('user.secret.generated')}
          description={text('user.secret.generatedHint')}
          isChecked={form.secret === 'generated'}
          onChange={() => onChange({ secret: 'generated' })}
        />
        <Radio
          id="secret-typed"
          name="secret"
          label={text('user.secret.typed')}
          isChecked={form.secret === 'typed'}
          onChange={() => onChange({ secret: 'typed' })}
        />
      </FormGroup>
      {form.secret === 'typed' && (
        <>
          <TextField
            id="user-password"
            label={text('password.next')}
            hint={text('password.hint', { least: SHORTEST_PASSWORD })}
            type="password"
            autoComplete="new-password"
            isRequired
            value={form.password}
            fault={faults.password}
            onChange={(password) => onChange({ password })}
          />
          <TextField
            id="user-password-again"
            label={text('password.again')}
            type="password"
            autoComplete="new-password"
            isRequired
            value={form.again}
            fault={faults.again}
            onChange={(again) => onChange({ again })}
          />
        </>
      )}
      <Checkbox
        id="user-must-change"
        label={text('user.mustChange')}
        description={text('user.mustChangeHint')}
        isChecked={form.mustChange}
        onChange={(_event, mustChange) => onChange({ mustChange })}
      />
    </>
  );
}
