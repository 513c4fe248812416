import { type ComponentType, type ReactElement, use } from 'react';

/** A page whose code is loaded when it is first wanted, or beforehand by `preload`. */
export type LazyPage = (() => ReactElement) & { readonly preload: () => Promise<void> };

/**
 * Loads a page's code on demand. A failure, as when the server is away, is shown where the page would stand and is tried
 * again: the window itself is never loaded anew, which without a server would lose everything.
 */
export function lazyPage(load: () => Promise<ComponentType>): LazyPage {
  let pending: Promise<ComponentType> | undefined;
  const component = (): Promise<ComponentType> => {
    pending ??= load().catch((error: unknown) => {
      pending = undefined;
      throw error;
    });
    return pending;
  };
  return Object.assign(() => <Deferred load={component} />, { preload: async () => void (await component()) });
}

function Deferred({ load }: { load: () => Promise<ComponentType> }): ReactElement {
  const Loaded = use(load());
  return <Loaded />;
}
