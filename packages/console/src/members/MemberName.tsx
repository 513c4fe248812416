import type { ReactElement } from 'react';
import type { MemberSubject } from './member.js';
import { useMemberName } from './names.js';

/** What a member is called, with its id on hover. */
export function MemberName({ subject }: { subject: MemberSubject }): ReactElement {
  return <span title={subject.id}>{useMemberName(subject)}</span>;
}
