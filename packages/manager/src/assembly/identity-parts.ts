import type { Closing } from '@drover/kit';
import { Directory } from '../identity/directory.js';
import { ForeignCallers } from '../identity/foreign-callers.js';
import { OpenStreams } from '../identity/open-streams.js';
import { PasswordChanges } from '../identity/password-changes.js';
import { Passwords } from '../identity/passwords.js';
import { SignIns } from '../identity/sign-in.js';
import { TokenAccess } from '../identity/token-access.js';
import { TokenLife } from '../identity/token-life.js';
import { Tokens } from '../identity/tokens.js';
import type { Informers } from '../informers.js';
import { AccessReviews } from '../proxy/access-reviews.js';
import { eachOf } from '../rbac/rbac-informers.js';
import type { SettingName, Settings } from '../settings.js';
import type { Means } from './means.js';

/** Who somebody is, what they may do, and what they have open. */
export interface IdentityParts {
  readonly directory: Directory;
  readonly passwords: Passwords;
  readonly changes: PasswordChanges;
  readonly life: TokenLife;
  readonly foreign: ForeignCallers;
  readonly tokens: Tokens;
  readonly tokenAccess: TokenAccess;
  readonly signIns: SignIns;
  readonly streams: OpenStreams;
  readonly reviews: AccessReviews;
}

/** Puts them together; what must be closed goes into `closing`. */
export function identityParts(
  means: Means,
  informers: Informers,
  {
    settings,
    firstPasswordChanged,
    reportsActivity,
  }: {
    readonly settings: Settings;
    readonly firstPasswordChanged: () => Promise<void>;
    /** Whether the console can say that somebody is there: else its requests do. */
    readonly reportsActivity: boolean;
  },
  closing: Closing,
): IdentityParts {
  const { client, clock, random, log } = means;
  const { users, tokens: tokenObjects, attributes } = informers;
  const directory = new Directory({ client, clock, users, tokens: tokenObjects, attributes });
  const passwords = new Passwords(client, random);
  const life = new TokenLife({ client, settings, clock });
  const streams = new OpenStreams({ tokens: tokenObjects, users, clock, endOf: (token) => life.endOf(token) });
  closing.defer(() => streams[Symbol.dispose]());
  const reviews = new AccessReviews({ client, clock, rules: eachOf(informers) });
  closing.defer(() => reviews[Symbol.dispose]());
  const watching = reviews.onChange(() => {
    streams.recheck().catch((error: unknown) => log.error('open streams could not be looked at', { error }));
  });
  closing.defer(() => watching[Symbol.dispose]());
  const limits = informers.settings.subscribe(({ object }) => {
    if (object.metadata.name === ('auth-user-session-idle-ttl-minutes' satisfies SettingName)) streams.relook();
  });
  closing.defer(() => limits[Symbol.dispose]());
  const tokens = new Tokens({ client, directory, life, settings, clock, random, reportsActivity });
  const signIns = new SignIns({ directory, passwords, clock, random });
  const common = { client, directory, passwords, signIns, tokens, reviews, settings };
  return {
    directory,
    passwords,
    changes: new PasswordChanges({ ...common, firstPasswordChanged }),
    life,
    foreign: new ForeignCallers(client, clock),
    tokens,
    tokenAccess: new TokenAccess({ reviews, client }),
    signIns,
    streams,
    reviews,
  };
}
