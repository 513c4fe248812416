import { roleTemplates } from '@drover/api';
import { Button } from '@patternfly/react-core';
import { PlusCircleIcon } from '@patternfly/react-icons';
import { type ReactElement, type ReactNode, useMemo, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useCollection } from '../app/services.js';
import { PlainTable } from '../components/PlainTable.js';
import { useText } from '../i18n/text.js';
import { AddMember } from './AddMember.js';
import { MemberName } from './MemberName.js';
import { type MemberChanges, withMember } from './member-changes.js';
import { roleTitles } from './membership.js';

/** A line of the table of members: who, as what, since when, and what can be done. */
export interface MemberLine {
  readonly key: string;
  readonly cells: readonly [who: ReactNode, role: ReactNode, since: ReactNode, action: ReactNode];
}

/** The members of a place inside a form: those it has, and those who come when the form is saved. */
export function MemberEditor({
  context,
  present,
  mayChange,
  changes,
  onChange,
}: {
  context: 'cluster' | 'project';
  present: readonly MemberLine[];
  mayChange: boolean;
  changes: MemberChanges;
  onChange: (changes: MemberChanges) => void;
}): ReactElement {
  const text = useText();
  const { items: templates } = useCollection(roleTemplates, LOCAL);
  const titles = useMemo(() => roleTitles(templates), [templates]);
  const [adding, setAdding] = useState(false);
  const added = changes.added.map(
    (member): MemberLine => ({
      key: `new ${member.subject.id} ${member.role}`,
      cells: [
        <MemberName key="who" subject={member.subject} />,
        titles.get(member.role) ?? member.role,
        text('member.onSave'),
        mayChange && (
          <Button
            key="remove"
            variant="link"
            isInline
            onClick={() => onChange({ ...changes, added: changes.added.filter((each) => each !== member) })}
          >
            {text('action.remove')}
          </Button>
        ),
      ],
    }),
  );
  return (
    <div className="drover-gap">
      <PlainTable
        label={text('nav.members')}
        heads={[text('member.who'), text('column.role'), text('member.since'), text('table.actions')]}
        empty={text('member.none')}
        rows={[...present, ...added]}
      />
      {mayChange && (
        <Button variant="link" icon={<PlusCircleIcon />} onClick={() => setAdding(true)}>
          {text('member.action')}
        </Button>
      )}
      {adding && (
        <AddMember
          context={context}
          onAdd={async (subject, roles) => onChange(withMember(changes, subject, roles))}
          onClose={() => setAdding(false)}
        />
      )}
    </div>
  );
}
