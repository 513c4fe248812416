import { ApiError } from '@drover/api';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Http } from '../api/http.js';
import { useServices } from '../app/services.js';

/** Who is signed in. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly mustChangePassword: boolean;
}

/** The shortest password the server takes (setting `password-min-length`). */
export const SHORTEST_PASSWORD = 12;

/** The user of the session; `undefined` when nobody is signed in. */
export async function whoAmI(http: Http): Promise<User | undefined> {
  try {
    return readUser(await http.request('/v3/users?me=true'));
  } catch (error) {
    if (error instanceof ApiError && error.code === 401) return undefined;
    throw error;
  }
}

/** Reads the answer of `/v3/users?me=true`. */
export function readUser(answer: unknown): User | undefined {
  const rows = isRecord(answer) ? answer['data'] : undefined;
  const row: unknown = Array.isArray(rows) ? rows[0] : undefined;
  if (!isRecord(row) || typeof row['id'] !== 'string') return undefined;
  const word = (key: string): string => (typeof row[key] === 'string' ? row[key] : '');
  return {
    id: row['id'],
    username: word('username'),
    name: word('name') || word('username'),
    mustChangePassword: row['mustChangePassword'] === true,
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const SESSION = ['session'];

/** Who is signed in, as a query. */
export function useSession() {
  const { http } = useServices();
  return useQuery({
    queryKey: SESSION,
    queryFn: async () => (await whoAmI(http)) ?? null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Signs in with a local user's name and password. */
export function useSignIn() {
  const { http } = useServices();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ username, password }: { username: string; password: string }) =>
      http.request('/v3-public/localProviders/local?action=login', {
        method: 'POST',
        body: { username, password, description: 'UI session', responseType: 'cookie' },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: SESSION }),
  });
}

/** Changes the user's own password. */
export function useChangePassword() {
  const { http } = useServices();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (passwords: { currentPassword: string; newPassword: string }) =>
      http.request('/v3/users?action=changepassword', { method: 'POST', body: passwords }),
    onSuccess: () => queries.invalidateQueries({ queryKey: SESSION }),
  });
}

/** Ends the session. The page is loaded anew, so that nothing of it stays in memory. */
export function useSignOut() {
  const { http } = useServices();
  return useMutation({
    mutationFn: () => http.request('/v3/tokens?action=logout', { method: 'POST', body: {} }),
    onSettled: () => location.assign('/dashboard/'),
  });
}
