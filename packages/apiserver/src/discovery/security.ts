/** How callers say who they are, as documents of both versions have it. */
export const SECURITY = {
  BearerToken: {
    type: 'apiKey',
    description: 'A token, after the word Bearer.',
    name: 'authorization',
    in: 'header',
  },
} as const;
