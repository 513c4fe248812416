import type { GlobalRole, Stored } from '@drover/api';
import { Checkbox, FormFieldGroup, FormFieldGroupHeader, FormGroup, Gallery, Radio } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { useText } from '../i18n/text.js';
import { BASE_ROLES, rolesByKind, withBase } from './global-role-kinds.js';

/** The global roles of a user: what kind of user it is, and what it may beside that. */
export function GlobalRolePicker({
  roles,
  chosen,
  onChange,
}: {
  roles: readonly Stored<GlobalRole>[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}): ReactElement {
  const text = useText();
  const { base, builtIn, custom } = rolesByKind(roles);
  const current = BASE_ROLES.find((role) => chosen.has(role));
  return (
    <>
      <FormGroup role="radiogroup" isStack label={text('user.global.base')} fieldId="user-base-role">
        {base.map(({ metadata: { name }, displayName, description }) => (
          <Radio
            key={name}
            id={`role-${name}`}
            name="base-role"
            label={displayName ?? name}
            description={description}
            isChecked={current === name}
            onChange={() => onChange(withBase(chosen, name))}
          />
        ))}
      </FormGroup>
      <RoleBoxes
        id="built-in-roles"
        title={text('user.global.builtIn')}
        roles={builtIn}
        chosen={chosen}
        onChange={onChange}
      />
      {custom.length > 0 && (
        <RoleBoxes
          id="custom-roles"
          title={text('user.global.custom')}
          roles={custom}
          chosen={chosen}
          onChange={onChange}
        />
      )}
    </>
  );
}

function RoleBoxes({
  id,
  title,
  roles,
  chosen,
  onChange,
}: {
  id: string;
  title: string;
  roles: readonly Stored<GlobalRole>[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}): ReactElement {
  const toggle = (name: string, on: boolean): void => {
    const next = new Set(chosen);
    if (on) next.add(name);
    else next.delete(name);
    onChange(next);
  };
  return (
    <FormFieldGroup header={<FormFieldGroupHeader titleText={{ text: title, id }} />}>
      <Gallery hasGutter minWidths={{ default: '18rem' }}>
        {roles.map(({ metadata: { name }, displayName, description }) => (
          <Checkbox
            key={name}
            id={`role-${name}`}
            label={displayName ?? name}
            description={description}
            isChecked={chosen.has(name)}
            onChange={(_event, on) => toggle(name, on)}
          />
        ))}
      </Gallery>
    </FormFieldGroup>
  );
}
