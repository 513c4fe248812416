import type { ContainerDefaultResourceLimit } from '@drover/api/types/rancher';
import { Content, Grid, GridItem } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { TextField } from '../components/Field.js';
import type { MessageKey } from '../i18n/message.js';
import { useText } from '../i18n/text.js';

const FIELDS: readonly (readonly [keyof ContainerDefaultResourceLimit, MessageKey, string])[] = [
  ['requestsCpu', 'quota.name.requestsCpu', '100m'],
  ['limitsCpu', 'quota.name.limitsCpu', '500m'],
  ['requestsMemory', 'quota.name.requestsMemory', '128Mi'],
  ['limitsMemory', 'quota.name.limitsMemory', '512Mi'],
];

/** What containers get that say nothing themselves. */
export function ContainerDefaults({
  defaults,
  inherited = {},
  mayChange,
  onChange,
}: {
  defaults: ContainerDefaultResourceLimit;
  /** What holds where nothing is said here. */
  inherited?: ContainerDefaultResourceLimit;
  mayChange: boolean;
  onChange: (defaults: ContainerDefaultResourceLimit) => void;
}): ReactElement {
  const text = useText();
  return (
    <div className="drover-gap">
      <Content component="p">{text('quota.containersWhat')}</Content>
      <Grid hasGutter className="drover-gap">
        {FIELDS.map(([field, title, example]) => (
          <GridItem key={field} sm={12} md={6}>
            <TextField
              id={`containers-${field}`}
              label={text(title)}
              value={defaults[field] ?? ''}
              placeholder={inherited[field] ?? text('quota.example', { example })}
              isDisabled={!mayChange}
              onChange={(value) => onChange({ ...defaults, [field]: value })}
            />
          </GridItem>
        ))}
      </Grid>
    </div>
  );
}
