import type { AccessRequest, WhyAnswer, WhyGrantor, WhyPlace } from '@drover/api';
import type { Offer } from '../commands/command.js';
import { type Message, message } from '../i18n/message.js';

/** A cluster's answer that somebody may not do something. */
export type Refused = Extract<WhyAnswer, { allowed: false }>;

/** One text for one request, to be found by. */
export const requestKey = ({
  verb,
  group,
  resource,
  subresource = '',
  namespace = '',
  name = '',
}: AccessRequest): string => `${verb} ${resource}.${group}/${subresource} ${namespace}/${name}`;

/**
 * The requests to ask about so that it is known whether `request` is allowed, each only when the one before is refused: everywhere, in
 * its namespace, and of the object itself. Few answers serve for many objects; about an object itself the cluster knows more to say.
 */
export function questionsFor({ name, namespace, ...rest }: AccessRequest): readonly AccessRequest[] {
  const here = namespace === undefined ? rest : { ...rest, namespace };
  return [rest, ...(here === rest ? [] : [here]), ...(name === undefined ? [] : [{ ...here, name }])];
}

/** Whether an answer allows what was asked, or what was asked of the object of this name. */
export const allows = (answer: WhyAnswer, name: string | undefined): boolean =>
  answer.allowed || (name !== undefined && answer.names.includes(name));

/** What is known of the signed-in user's rights in one cluster: replaced, never changed. */
export class Rights {
  constructor(private readonly answers: ReadonlyMap<string, WhyAnswer> = new Map()) {}

  /** Whether the cluster allows the request; else what it says, and `undefined` before that is known. */
  of(request: AccessRequest): 'allowed' | Refused | undefined {
    let refused: Refused | undefined;
    for (const question of questionsFor(request)) {
      const answer = this.answers.get(requestKey(question));
      // Of most objects nobody asks by name: what is said of all of them stands.
      if (answer === undefined) return question.name === undefined ? undefined : refused;
      if (answer.allowed || allows(answer, request.name)) return 'allowed';
      refused = answer;
    }
    return refused;
  }

  /** Whether a command that takes all these requests can be given: while that is not known, it cannot. */
  offer(requests: readonly AccessRequest[]): Offer {
    let offer: Offer = 'yes';
    for (const request of requests) {
      const answer = this.of(request);
      if (answer === undefined) offer = message('rights.asking');
      else if (answer !== 'allowed') return refusalOf(answer);
    }
    return offer;
  }

  /** The same of what can be done in any of several namespaces: in one is enough. */
  offerInAny(request: AccessRequest, namespaces: readonly string[]): Offer {
    const places = namespaces.length === 0 ? [request] : namespaces.map((namespace) => ({ ...request, namespace }));
    const offers = places.map((place) => this.offer([place]));
    return offers.find((offer) => offer === 'yes') ?? offers.find(isAsking) ?? offers[0] ?? 'yes';
  }
}

/** Whether a reason is about rights, and not about an object's state. */
export const isOfRights = ({ key }: Message): boolean => key.startsWith('rights.');

const isAsking = (offer: Offer): boolean => typeof offer === 'object' && offer.key === 'rights.asking';

/** Why something cannot be done, and by whom that can be changed, in words. */
function refusalOf({ refusal, remedies }: Refused): Message {
  if (refusal === 'rights-not-current') return message('rights.notCurrent');
  const [remedy] = remedies;
  if (remedy === undefined) return message('rights.refused');
  const { role, grantors } = remedy;
  const people = grantors.map(({ name }: WhyGrantor) => name).join(', ');
  return message(people === '' ? NOBODY[role.place.type] : NEEDED[role.place.type], {
    role: role.displayName,
    place: role.place.type === 'server' ? '' : role.place.name,
    people,
  });
}

const NEEDED = {
  project: 'rights.needed.project',
  cluster: 'rights.needed.cluster',
  server: 'rights.needed.server',
} as const satisfies Record<WhyPlace['type'], Message['key']>;

const NOBODY = {
  project: 'rights.nobody.project',
  cluster: 'rights.nobody.cluster',
  server: 'rights.nobody.server',
} as const satisfies Record<WhyPlace['type'], Message['key']>;
