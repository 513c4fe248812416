import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useServices } from '../app/services.js';
import { keyIn, keyRequest, readTokens } from './token.js';

const TOKENS = ['tokens'];

/** The signed-in user's sessions and keys, as a query. */
export function useTokens() {
  const { http } = useServices();
  return useQuery({
    queryKey: TOKENS,
    queryFn: async () => readTokens(await http.request('/v3/tokens')),
    staleTime: 0,
  });
}

/** What can be done with them; the list is read again afterwards. */
export function useTokenChanges() {
  const { http } = useServices();
  const queries = useQueryClient();
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: TOKENS });
  return {
    /** Makes a key, and answers with its text. */
    async create(wish: Parameters<typeof keyRequest>[0]): Promise<string> {
      const answer = await http.request('/v3/tokens', { method: 'POST', body: keyRequest(wish) });
      await again();
      return keyIn(answer);
    },
    async end(id: string): Promise<void> {
      await http.request(`/v3/tokens/${encodeURIComponent(id)}`, { method: 'DELETE' });
      await again();
    },
    /** Ends all sessions, this one too. */
    async signOutEverywhere(): Promise<void> {
      await http.request('/v3/tokens?action=logoutAll', { method: 'POST', body: {} });
      location.assign('/dashboard/');
    },
  };
}
