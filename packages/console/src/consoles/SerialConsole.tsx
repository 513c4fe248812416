import { Button, ToolbarItem } from '@patternfly/react-core';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useText } from '../i18n/text.js';
import { ConsoleBar } from './ConsoleBar.js';
import { type ConsoleState, consoleUrl, reconnectDelay } from './connection.js';

/** Lines kept to scroll back to. */
const SCROLLBACK = 5_000;

/** The machine's serial port: raw bytes both ways. A lost connection is made again; the screen stays. */
export function SerialConsole({
  cluster,
  namespace,
  name,
}: {
  cluster: string;
  namespace: string;
  name: string;
}): ReactElement {
  const text = useText();
  const holder = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal>(null);
  const [state, setState] = useState<ConsoleState>({ state: 'connecting' });
  const reconnect = useRef<() => void>(() => undefined);

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const screen = new Terminal({
      scrollback: SCROLLBACK,
      cursorBlink: true,
      fontFamily: 'RedHatMono, "Red Hat Mono", monospace',
      fontSize: 14,
      screenReaderMode: false,
    });
    const fit = new FitAddon();
    screen.loadAddon(fit);
    screen.open(element);
    fit.fit();
    const resized = new ResizeObserver(() => fit.fit());
    resized.observe(element);
    terminal.current = screen;

    let socket: WebSocket | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let attempt = 0;
    let closed = false;
    const typed = screen.onData((keys) => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(new TextEncoder().encode(keys));
    });
    const dial = (): void => {
      clearTimeout(timer);
      setState({ state: 'connecting' });
      const next = new WebSocket(consoleUrl(location.origin, cluster, namespace, name, 'console'));
      next.binaryType = 'arraybuffer';
      socket = next;
      next.onopen = () => {
        attempt = 0;
        setState({ state: 'connected' });
        screen.focus();
      };
      next.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) =>
        screen.write(typeof data === 'string' ? data : new Uint8Array(data));
      next.onclose = () => {
        if (closed || socket !== next) return;
        const wait = reconnectDelay(attempt, Math.random);
        attempt += 1;
        setState({ state: 'lost', retryAt: Date.now() + wait });
        timer = setTimeout(dial, wait);
      };
    };
    reconnect.current = dial;
    dial();
    return () => {
      closed = true;
      clearTimeout(timer);
      socket?.close();
      typed.dispose();
      resized.disconnect();
      screen.dispose();
      terminal.current = null;
    };
  }, [cluster, namespace, name]);

  const paste = async (): Promise<void> => {
    terminal.current?.paste(await navigator.clipboard.readText());
    terminal.current?.focus();
  };
  return (
    <div className="drover-console">
      <ConsoleBar state={state} onReconnect={() => reconnect.current()}>
        <ToolbarItem>
          <Button variant="secondary" size="sm" onClick={() => void paste()}>
            {text('console.paste')}
          </Button>
        </ToolbarItem>
        <ToolbarItem>
          <Button variant="secondary" size="sm" onClick={() => terminal.current?.clear()}>
            {text('console.clear')}
          </Button>
        </ToolbarItem>
      </ConsoleBar>
      <div
        ref={holder}
        className="drover-terminal"
        role="application"
        aria-label={text('console.serialOf', { name })}
      />
    </div>
  );
}
