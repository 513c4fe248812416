/** A session or an API key of the signed-in user, as `/v3/tokens` shows it. */
export interface Token {
  readonly id: string;
  readonly kind: 'session' | 'key' | 'kubeconfig' | 'machine';
  readonly description: string;
  /** RFC 3339. */
  readonly created: string;
  readonly lastUsed: string | undefined;
  /** When somebody was last there; of sessions. */
  readonly lastSeen: string | undefined;
  /** RFC 3339; `undefined` when it never ends by itself. */
  readonly expires: string | undefined;
  readonly ended: boolean;
  /** The one cluster it is for. */
  readonly cluster: string | undefined;
  /** The address somebody signed in from, and the browser, as far as it says. */
  readonly from: string | undefined;
  readonly browser: string | undefined;
  /** Whether this page shows it. */
  readonly current: boolean;
}

const KINDS: Readonly<Record<string, Token['kind']>> = {
  session: 'session',
  kubeconfig: 'kubeconfig',
  provisioning: 'machine',
};

/** Reads the answer of `/v3/tokens`, the newest first; what is no token is left out. */
export function readTokens(answer: unknown): readonly Token[] {
  const rows = isRecord(answer) && Array.isArray(answer['data']) ? answer['data'] : [];
  return rows.flatMap(readToken).sort((a, b) => b.created.localeCompare(a.created));
}

function readToken(row: unknown): Token[] {
  if (!isRecord(row) || typeof row['id'] !== 'string') return [];
  const word = (key: string): string | undefined => (typeof row[key] === 'string' && row[key] ? row[key] : undefined);
  const labels = isRecord(row['labels']) ? row['labels'] : {};
  return [
    {
      id: row['id'],
      kind: KINDS[String(labels['authn.management.cattle.io/kind'])] ?? 'key',
      description: word('description') ?? '',
      created: word('created') ?? '',
      lastUsed: word('lastUsedAt'),
      lastSeen: word('activityLastSeenAt'),
      expires: word('expiresAt'),
      ended: row['expired'] === true || row['enabled'] === false,
      cluster: word('clusterId'),
      from: word('signedInFrom'),
      browser: browserIn(word('signedInWith') ?? ''),
      current: row['current'] === true,
    },
  ];
}

/** Browsers by what they call themselves, the more particular first: each also claims to be the ones below. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\bChrom(e|ium)\/|\bHeadlessChrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** The browser and its system in what it calls itself; a program's own name as it is. */
export function browserIn(agent: string): string | undefined {
  const named = (names: typeof BROWSERS): string | undefined => names.find(([pattern]) => pattern.test(agent))?.[1];
  const browser = named(BROWSERS);
  if (browser === undefined) return agent.split(' ', 1)[0] || undefined;
  return [browser, named(SYSTEMS)].filter((part) => part !== undefined).join(', ');
}

/** The text of a key that was just made: in that answer and nowhere else. */
export const keyIn = (answer: unknown): string =>
  isRecord(answer) && typeof answer['token'] === 'string' ? answer['token'] : '';

/** How long a key may be asked to last; without one as long as the server allows. */
export const LIFETIMES = { day: 1, month: 30, quarter: 90, longest: undefined } as const;

/** A choice of `LIFETIMES`. */
export type Lifetime = keyof typeof LIFETIMES;

/** What a new key is asked of the server with. */
export function keyRequest({
  description,
  lifetime,
  cluster,
}: {
  readonly description: string;
  readonly lifetime: Lifetime;
  readonly cluster: string;
}): object {
  const days = LIFETIMES[lifetime];
  return {
    type: 'token',
    description: description.trim(),
    ...(days === undefined ? {} : { ttl: days * 86_400_000 }),
    ...(cluster === '' ? {} : { clusterId: cluster }),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
