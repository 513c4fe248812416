/**
 * A reference to an image as container runtimes read it: `[host[:port]/]path[:tag][@digest]`, as in the grammar of
 * github.com/distribution/reference.
 */
const PATH = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const HOST = '[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]+)?';
const IMAGE = new RegExp(`^(?:${HOST}/)?${PATH}(?:/${PATH})*(?::\\w[\\w.-]{0,127})?(?:@[a-z0-9]+:[0-9a-f]{32,})?$`);
const IMAGE_LENGTH = 512;

/** Rancher's smallest and largest `password-min-length`. */
const PASSWORD_LENGTHS = { least: 2, most: 256 } as const;

/** Minutes in ten years: longer than anything here is to last, and no overflow when counted in milliseconds. */
const MINUTES = 10 * 366 * 24 * 60;

const minutes =
  (least: number) =>
  (value: string): string | undefined =>
    /^[0-9]{1,8}$/.test(value) && Number(value) >= least && Number(value) <= MINUTES
      ? undefined
      : `must be a whole number of minutes from ${least} to ${MINUTES}`;

const SESSION = 'auth-user-session-ttl-minutes';
const IDLE = 'auth-user-session-idle-ttl-minutes';

/** Settings that are compared with another one, each with that other. */
export const COMPARED: Readonly<Record<string, string>> = { [SESSION]: IDLE, [IDLE]: SESSION };

/**
 * Why a setting cannot have this value where the one it is compared with has that, in words that follow its name. Both are the
 * values that count.
 */
export function comparedFault(name: string, value: string, other: string): string | undefined {
  const [session, idle] = name === SESSION ? [value, other] : [other, value];
  if (Number(idle) <= Number(session)) return undefined;
  return `must not let a session idle for longer (${idle} minutes) than it lasts (${session} minutes, ${SESSION})`;
}

const RULES: Readonly<Record<string, (value: string) => string | undefined>> = {
  [SESSION]: minutes(1),
  [IDLE]: minutes(1),
  'auth-token-max-ttl-minutes': minutes(0),
  'auth-token-default-ttl-minutes': minutes(0),
  'kubeconfig-default-token-ttl-minutes': minutes(0),
  'kubeconfig-generate-token': (value) => (['true', 'false'].includes(value) ? undefined : 'must be true or false'),
  'agent-image': (value) =>
    value.length <= IMAGE_LENGTH && IMAGE.test(value)
      ? undefined
      : 'must be a reference to an image, such as registry.example.com/drover:v1',
  'server-url': (value) =>
    isPlainHttps(value) ? undefined : 'must be an https URL without a path, such as https://drover.example.com',
  'password-min-length': (value) => {
    const { least, most } = PASSWORD_LENGTHS;
    const inRange = /^[0-9]{1,4}$/.test(value) && Number(value) >= least && Number(value) <= most;
    return inRange ? undefined : `must be a whole number from ${least} to ${most}`;
  },
};

/** Why a setting cannot have this value, in words that follow its name; `undefined` when it can. Empty means the default. */
export function settingFault(name: string, value: string): string | undefined {
  return value === '' ? undefined : RULES[name]?.(value);
}

function isPlainHttps(value: string): boolean {
  // A URL that is written otherwise than it is read ("https:\\x", spaces, line breaks) is refused as well.
  if (!/^https:\/\/[^/?#@\\\s]+\/?$/.test(value) || !URL.canParse(value)) return false;
  const { pathname, username, search, hash } = new URL(value);
  return pathname === '/' && username === '' && search === '' && hash === '';
}
