import './app/disposal.js';
import '@patternfly/react-core/dist/styles/base.css';
import './app/app.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createHttp, csrfToken } from './api/http.js';
import { router, warmUp } from './app/router.js';
import { type Services, ServicesContext } from './app/services.js';
import { followTheme } from './app/theme.js';
import { loadTexts } from './i18n/text.js';
import { Uploads, xhrSender } from './images/uploads.js';
import { browserClock } from './live/browser-clock.js';
import { LiveCollections } from './live/registry.js';
import { type SocketLike, SubscribeSocket } from './live/socket.js';
import { RightsStores } from './rights/rights-store.js';
import { schemasKey } from './visibility/schemas.js';

followTheme();
await loadTexts();

const queries = new QueryClient({ defaultOptions: { queries: { refetchOnWindowFocus: false, retry: 1 } } });
const http = createHttp(
  (url, init) => fetch(url, init),
  () => document.cookie,
  () => queries.setQueryData(['session'], null),
);
const random = Math.random;
/** The server's close code for a session that has ended. */
const SESSION_ENDED = 4401;
const socket = new SubscribeSocket(
  (): SocketLike => {
    const opened = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/v1/subscribe`);
    opened.addEventListener('close', ({ code }) => {
      if (code === SESSION_ENDED) queries.setQueryData(['session'], null);
    });
    return opened;
  },
  browserClock,
  random,
);
addEventListener('online', () => socket.retryNow());
const uploads = new Uploads(xhrSender, () => csrfToken(document.cookie));
addEventListener('beforeunload', (event) => {
  if (uploads.busy) event.preventDefault();
});

const services: Services = {
  http,
  clock: browserClock,
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  collections: new LiveCollections(
    socket,
    browserClock,
    random,
    (cluster) => void queries.invalidateQueries({ queryKey: schemasKey(cluster) }),
  ),
  rights: new RightsStores({ http, socket, clock: browserClock, random }),
  uploads,
};
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <ServicesContext value={services}>
        <RouterProvider router={router} />
      </ServicesContext>
    </QueryClientProvider>
  </StrictMode>,
);

/** By then the first page has its rows. */
const WARM_UP_MS = 2_000;
setTimeout(() => void warmUp(), WARM_UP_MS);
