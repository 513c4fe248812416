import { type Project, projectRoleTemplateBindings, roleTemplates, type Stored } from '@drover/api';
import { Button } from '@patternfly/react-core';
import { PlusCircleIcon } from '@patternfly/react-icons';
import { type ReactElement, useMemo, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useCollection } from '../app/services.js';
import { Age } from '../components/Age.js';
import { PlainTable } from '../components/PlainTable.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { AddMember } from '../members/AddMember.js';
import { MemberName } from '../members/MemberName.js';
import { membersNamespace, subjectOf } from '../members/member.js';
import { type MemberChanges, withMember, withoutBinding } from '../members/member-changes.js';
import { roleTitles } from '../members/membership.js';

/** Who is in a project, and what is to change about that when the form is saved. */
export function ProjectMembers({
  project,
  mayChange,
  changes,
  onChange,
}: {
  /** Absent: not made yet. */
  project: Stored<Project> | undefined;
  mayChange: boolean;
  changes: MemberChanges;
  onChange: (changes: MemberChanges) => void;
}): ReactElement {
  const text = useText();
  const { items: templates } = useCollection(roleTemplates, LOCAL);
  const titles = useMemo(() => roleTitles(templates), [templates]);
  const [adding, setAdding] = useState(false);
  const added = changes.added.map(({ subject, role }) => ({
    key: `new ${subject.id} ${role}`,
    cells: [
      <MemberName key="who" subject={subject} />,
      titles.get(role) ?? role,
      text('member.onSave'),
      mayChange && (
        <Button
          key="remove"
          variant="link"
          isInline
          onClick={() =>
            onChange({
              ...changes,
              added: changes.added.filter((each) => each.subject.id !== subject.id || each.role !== role),
            })
          }
        >
          {text('action.remove')}
        </Button>
      ),
    ],
  }));
  return (
    <div className="drover-gap">
      {project === undefined ? (
        <MemberTable rows={added} />
      ) : (
        <PresentMembers
          project={project}
          titles={titles}
          mayChange={mayChange}
          changes={changes}
          onChange={onChange}
          added={added}
        />
      )}
      {mayChange && (
        <Button variant="link" icon={<PlusCircleIcon />} onClick={() => setAdding(true)}>
          {text('member.action')}
        </Button>
      )}
      {adding && (
        <AddMember
          context="project"
          onAdd={async (subject, roles) => onChange(withMember(changes, subject, roles))}
          onClose={() => setAdding(false)}
        />
      )}
    </div>
  );
}

type Rows = Parameters<typeof PlainTable>[0]['rows'];

function PresentMembers({
  project,
  titles,
  mayChange,
  changes,
  onChange,
  added,
}: {
  project: Stored<Project>;
  titles: ReadonlyMap<string, string>;
  mayChange: boolean;
  changes: MemberChanges;
  onChange: (changes: MemberChanges) => void;
  added: Rows;
}): ReactElement {
  const text = useText();
  const namespace = membersNamespace(project);
  const { items, freshness } = useCollection(projectRoleTemplateBindings, LOCAL, namespace);
  if (freshness.state === 'failed')
    return <ProblemAlert what={message('table.failed', { what: text('nav.members') })} error={freshness.error} />;
  const present = items.map((binding) => {
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
  return <MemberTable rows={[...present, ...added]} />;
}

function MemberTable({ rows }: { rows: Rows }): ReactElement {
  const text = useText();
  return (
    <PlainTable
      label={text('nav.members')}
      heads={[text('member.who'), text('column.role'), text('member.since'), text('table.actions')]}
      empty={text('member.none')}
      rows={rows}
    />
  );
}
