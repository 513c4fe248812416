import {
  Button,
  Card,
  CardBody,
  FormFieldGroup,
  FormFieldGroupHeader,
  Grid,
  GridItem,
  HelperText,
  HelperTextItem,
  ToggleGroup,
  ToggleGroupItem,
} from '@patternfly/react-core';
import { MinusCircleIcon, PlusCircleIcon } from '@patternfly/react-icons';
import type { ReactElement } from 'react';
import { TextField } from '../components/Field.js';
import type { Message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import type { RoleContext } from './role.js';
import { emptyRule, type RuleDraft, VERBS } from './role-form.js';

/** The rules of a role, to be added, changed and taken away. */
export function RuleEditor({
  rules,
  context,
  faults,
  onChange,
}: {
  rules: readonly RuleDraft[];
  context: RoleContext;
  faults: ReadonlyMap<string, Message>;
  onChange: (rules: readonly RuleDraft[]) => void;
}): ReactElement {
  const text = useText();
  return (
    <FormFieldGroup
      header={
        <FormFieldGroupHeader
          titleText={{ text: text('role.rules'), id: 'rules-title' }}
          titleDescription={text('role.rulesHint')}
          actions={
            <Button variant="link" icon={<PlusCircleIcon />} onClick={() => onChange([...rules, emptyRule])}>
              {text('role.addRule')}
            </Button>
          }
        />
      }
    >
      {rules.map((rule, index) => (
        <Rule
          // biome-ignore lint/suspicious/noArrayIndexKey: rules have no name, and are the same by what they say.
          key={index}
          number={index + 1}
          rule={rule}
          context={context}
          fault={faults.get(`rules.${index}`)}
          onChange={(part) => onChange(rules.map((each, at) => (at === index ? { ...each, ...part } : each)))}
          onRemove={() => onChange(rules.filter((_, at) => at !== index))}
        />
      ))}
    </FormFieldGroup>
  );
}

function Rule({
  number,
  rule,
  context,
  fault,
  onChange,
  onRemove,
}: {
  number: number;
  rule: RuleDraft;
  context: RoleContext;
  fault: Message | undefined;
  onChange: (part: Partial<RuleDraft>) => void;
  onRemove: () => void;
}): ReactElement {
  const text = useText();
  const toggle = (verb: string, on: boolean): void => {
    const verbs = new Set(rule.verbs);
    if (on) verbs.add(verb);
    else verbs.delete(verb);
    onChange({ verbs });
  };
  const words = (
    field: 'furtherVerbs' | 'resources' | 'apiGroups' | 'resourceNames' | 'urls',
    hint?: string,
  ): ReactElement => (
    <TextField
      id={`rule-${number}-${field}`}
      label={text(`role.${field}`)}
      {...(hint === undefined ? {} : { hint })}
      value={rule[field]}
      onChange={(value) => onChange({ [field]: value })}
    />
  );
  return (
    <Card isCompact>
      <CardBody>
        <Grid hasGutter>
          <GridItem span={11}>
            <ToggleGroup aria-label={text('role.verbsOf', { number })} isCompact>
              {VERBS.map((verb) => (
                <ToggleGroupItem
                  key={verb}
                  buttonId={`rule-${number}-${verb}`}
                  text={verb === '*' ? text('role.allVerbs') : verb}
                  isSelected={rule.verbs.has(verb)}
                  onChange={(_event, on) => toggle(verb, on)}
                />
              ))}
            </ToggleGroup>
          </GridItem>
          <GridItem span={1}>
            <Button
              variant="plain"
              icon={<MinusCircleIcon />}
              aria-label={text('role.removeRule', { number })}
              onClick={onRemove}
            />
          </GridItem>
          <GridItem md={6}>{words('resources', text('role.resourcesHint'))}</GridItem>
          <GridItem md={6}>{words('apiGroups', text('role.apiGroupsHint'))}</GridItem>
          <GridItem md={context === 'project' ? 6 : 4}>{words('resourceNames')}</GridItem>
          <GridItem md={context === 'project' ? 6 : 4}>{words('furtherVerbs')}</GridItem>
          {context !== 'project' && <GridItem md={4}>{words('urls')}</GridItem>}
        </Grid>
        {fault && (
          <HelperText isLiveRegion>
            <HelperTextItem variant="error">{text(fault)}</HelperTextItem>
          </HelperText>
        )}
      </CardBody>
    </Card>
  );
}
