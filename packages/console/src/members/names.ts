import { useQueries, useQuery } from '@tanstack/react-query';
import type { Http } from '../api/http.js';
import { useServices } from '../app/services.js';
import { type Text, useText } from '../i18n/text.js';
import type { MemberSubject } from './member.js';
import { getPrincipal, type Principal } from './principal.js';

/** Names change seldom; a page that is opened anew asks anew. */
const NAME_MS = 300_000;

const query = (http: Http, { kind, id }: MemberSubject) => ({
  queryKey: ['principal', id],
  queryFn: async () => (await getPrincipal(http, id)) ?? null,
  enabled: kind === 'user',
  retry: false,
  staleTime: NAME_MS,
});

/** What a member is called: by name where the reader may know it, else by id. */
function nameOf({ kind, id }: MemberSubject, principal: Principal | null | undefined, text: Text): string {
  const plain = id.replace(/^local:\/\//, '');
  if (kind !== 'user') return text(`member.${kind}`, { name: plain });
  const { name = plain, loginName: login = '' } = principal ?? {};
  return login === '' || login === name ? name : text('member.user', { name, login });
}

/** What a member is called. */
export function useMemberName(subject: MemberSubject): string {
  const text = useText();
  const { http } = useServices();
  return nameOf(subject, useQuery(query(http, subject)).data, text);
}

/** What members are called, in their order. */
export function useMemberNames(subjects: readonly MemberSubject[]): readonly string[] {
  const text = useText();
  const { http } = useServices();
  const known = new Map(subjects.map((subject) => [subject.id, subject]));
  const different = [...known.values()];
  const names = useQueries({
    queries: different.map((subject) => query(http, subject)),
    combine: (answers) => new Map(answers.map(({ data }, index) => [different[index]?.id, data])),
  });
  return subjects.map((subject) => nameOf(subject, names.get(subject.id), text));
}
