import { useEffect } from 'react';
import { readTokens } from '../account/token.js';
import { useServices } from '../app/services.js';
import { Activity, SIGNS } from './activity.js';

/** Tells the server of keys and pointer for as long as the component stands. */
export function useActivity(): void {
  const { http, clock } = useServices();
  useEffect(() => {
    let session: string | undefined;
    const tell = async (): Promise<void> => {
      session ??= readTokens(await http.request('/v3/tokens')).find(({ current }) => current)?.id;
      if (session === undefined) return;
      const path = `/apis/ext.cattle.io/v1/useractivities/${encodeURIComponent(session)}`;
      await http.request(path, {
        method: 'PUT',
        body: { apiVersion: 'ext.cattle.io/v1', kind: 'UserActivity', metadata: { name: session }, spec: {} },
      });
    };
    const activity = new Activity(clock, tell);
    const sign = (): void => activity.sign();
    for (const each of SIGNS) addEventListener(each, sign, { passive: true });
    return () => {
      for (const each of SIGNS) removeEventListener(each, sign);
    };
  }, [http, clock]);
}
