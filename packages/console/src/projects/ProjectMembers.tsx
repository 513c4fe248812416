import { type Project, projectRoleTemplateBindings, roleTemplates, type Stored } from '@drover/api';
import { Button } from '@patternfly/react-core';
import { type ReactElement, useMemo } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useCollection } from '../app/services.js';
import { Age } from '../components/Age.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { MemberEditor, type MemberLine } from '../members/MemberEditor.js';
import { MemberName } from '../members/MemberName.js';
import { membersNamespace, subjectOf } from '../members/member.js';
import { type MemberChanges, withoutBinding } from '../members/member-changes.js';
import { roleTitles } from '../members/membership.js';

/** What is to change about the members of a project when the form is saved. */
interface Editing {
  readonly mayChange: boolean;
  readonly changes: MemberChanges;
  readonly onChange: (changes: MemberChanges) => void;
}

/** Who is in a project, and what is to change about that when the form is saved. */
export function ProjectMembers({
  project,
  ...editing
}: Editing & {
  /** Absent: not made yet. */
  readonly project: Stored<Project> | undefined;
}): ReactElement {
  if (project === undefined) return <MemberEditor context="project" present={[]} {...editing} />;
  return <PresentMembers project={project} {...editing} />;
}

function PresentMembers({ project, ...editing }: Editing & { readonly project: Stored<Project> }): ReactElement {
  const text = useText();
  const { mayChange, changes, onChange } = editing;
  const namespace = membersNamespace(project);
  const { items, freshness } = useCollection(projectRoleTemplateBindings, LOCAL, namespace);
  const { items: templates } = useCollection(roleTemplates, LOCAL);
  const titles = useMemo(() => roleTitles(templates), [templates]);
  if (freshness.state === 'failed')
    return <ProblemAlert what={message('table.failed', { what: text('nav.members') })} error={freshness.error} />;
  const present = items.map((binding): MemberLine => {
    const { name, creationTimestamp } = binding.metadata;
    const key = `${namespace}/${name}`;
    const leaves = changes.removed.has(key);
    return {
      key,
      cells: [
        <MemberName key="who" subject={subjectOf(binding)} />,
        titles.get(binding.roleTemplateName) ?? binding.roleTemplateName,
        leaves ? text('member.leaves') : <Age key="since" since={creationTimestamp} />,
        mayChange && (
          <Button
            key="remove"
            variant="link"
            isInline
            onClick={() => onChange(withoutBinding(changes, key, leaves ? undefined : { namespace, name }))}
          >
            {text(leaves ? 'action.keep' : 'action.remove')}
          </Button>
        ),
      ],
    };
  });
  return <MemberEditor context="project" present={present} {...editing} />;
}
