import { Bullseye, Spinner } from '@patternfly/react-core';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, type ReactElement, Suspense, useEffect } from 'react';
import { useText } from '../i18n/text.js';
import { SessionGate } from '../session/SessionGate.js';
import type { ConsoleKind } from './window.js';

const VncConsole = lazy(async () => ({ default: (await import('./VncConsole.js')).VncConsole }));
const SerialConsole = lazy(async () => ({ default: (await import('./SerialConsole.js')).SerialConsole }));

const route = getRouteApi('/console/$cluster/$namespace/$name/$kind');

/** A console in a window of its own. */
export function ConsoleWindow(): ReactElement {
  const { cluster, namespace, name, kind } = route.useParams();
  const text = useText();
  useEffect(() => {
    document.title = `${name} · ${text(kind === 'serial' ? 'console.serial' : 'console.vnc')}`;
  }, [name, kind, text]);
  return (
    <SessionGate>
      <main className="drover-window">
        <MachineConsole
          cluster={cluster}
          namespace={namespace}
          name={name}
          kind={kind === 'serial' ? 'serial' : 'vnc'}
        />
      </main>
    </SessionGate>
  );
}

/** A console where it is wanted; its code is loaded when it is first shown. */
export function MachineConsole({
  kind,
  ...machine
}: {
  cluster: string;
  namespace: string;
  name: string;
  kind: ConsoleKind;
}): ReactElement {
  const text = useText();
  return (
    <Suspense
      fallback={
        <Bullseye>
          <Spinner aria-label={text('console.connecting')} />
        </Bullseye>
      }
    >
      {kind === 'vnc' ? <VncConsole {...machine} /> : <SerialConsole {...machine} />}
    </Suspense>
  );
}
