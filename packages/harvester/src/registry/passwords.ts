/** The value of `containerd-registry` with every password empty; `undefined` when it cannot be read. */
export function withoutPasswords(value: string): string | undefined {
  return mapped(value, () => '');
}

/** The value with empty passwords filled in from `known`, an earlier value, host by host; `undefined` when it cannot be read. */
export function withPasswords(value: string, known: string): string | undefined {
  const passwords = new Map<string, string>();
  mapped(known, (password, host) => {
    passwords.set(host, password);
    return password;
  });
  return mapped(value, (password, host) => (password === '' ? (passwords.get(host) ?? '') : password));
}

/** Replaces `Configs.HOST.Auth.Password`, whatever the case of its names, and nothing else. */
function mapped(value: string, replace: (password: string, host: string) => string): string | undefined {
  let root: unknown;
  try {
    root = JSON.parse(value === '' ? '{}' : value);
  } catch {
    return undefined;
  }
  const changed = inside(root, 'configs', (configs) =>
    everyField(configs, (host, config) =>
      inside(config, 'auth', (auth) =>
        inside(auth, 'password', (password) => (typeof password === 'string' ? replace(password, host) : password)),
      ),
    ),
  );
  return JSON.stringify(changed);
}

function inside(object: unknown, name: string, change: (value: unknown) => unknown): unknown {
  return everyField(object, (key, value) => (key.toLowerCase() === name ? change(value) : value));
}

function everyField(object: unknown, change: (key: string, value: unknown) => unknown): unknown {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return object;
  return Object.fromEntries(Object.entries(object).map(([key, value]: [string, unknown]) => [key, change(key, value)]));
}
