import RFB from '@novnc/novnc';
import {
  Button,
  Dropdown,
  DropdownItem,
  DropdownList,
  Form,
  MenuToggle,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  TextArea,
  ToolbarItem,
} from '@patternfly/react-core';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { Field } from '../components/Field.js';
import type { MessageKey } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { browserClock } from '../live/browser-clock.js';
import { ConsoleBar } from './ConsoleBar.js';
import { type ConsoleState, consoleUrl, reconnectDelay } from './connection.js';
import { KEYSYM, keystrokes } from './keystrokes.js';

/** A PS/2 keyboard holds 16 bytes that the guest has not read; this pace never fills it. */
const KEY_PACE_MS = 12;

const COMBINATIONS: readonly { title: MessageKey; keys: readonly [number, string][] }[] = [
  {
    title: 'console.keys.ctrlAltDel',
    keys: [
      [KEYSYM.control, 'ControlLeft'],
      [KEYSYM.alt, 'AltLeft'],
      [KEYSYM.delete, 'Delete'],
    ],
  },
  ...([1, 2, 3, 4, 5, 6, 7] as const).map((n) => ({
    title: `console.keys.ctrlAltF${n}` as const,
    keys: [
      [KEYSYM.control, 'ControlLeft'],
      [KEYSYM.alt, 'AltLeft'],
      [KEYSYM.f1 + n - 1, `F${n}`],
    ] satisfies [number, string][],
  })),
];

/** The machine's screen. A lost connection is made again; text is pasted by pressing its keys. */
export function VncConsole({
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
  const screen = useRef<RFB>(null);
  const [state, setState] = useState<ConsoleState>({ state: 'connecting' });
  const [pasting, setPasting] = useState(false);
  const reconnect = useRef<() => void>(() => undefined);

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let attempt = 0;
    let closed = false;
    const dial = (): void => {
      clearTimeout(timer);
      setState({ state: 'connecting' });
      const rfb = new RFB(element, consoleUrl(location.origin, cluster, namespace, name, 'vnc'), { shared: true });
      rfb.scaleViewport = true;
      rfb.background = 'transparent';
      rfb.addEventListener('connect', () => {
        attempt = 0;
        setState({ state: 'connected' });
        rfb.focus();
      });
      rfb.addEventListener('disconnect', () => {
        if (closed || screen.current !== rfb) return;
        const wait = reconnectDelay(attempt, Math.random);
        attempt += 1;
        setState({ state: 'lost', retryAt: Date.now() + wait });
        timer = setTimeout(dial, wait);
      });
      screen.current = rfb;
    };
    reconnect.current = dial;
    dial();
    return () => {
      closed = true;
      clearTimeout(timer);
      screen.current?.disconnect();
      screen.current = null;
    };
  }, [cluster, namespace, name]);

  const type = async (words: string): Promise<void> => {
    setPasting(false);
    for (const { keysym, code, shift } of keystrokes(words)) {
      const rfb = screen.current;
      if (rfb === null) return;
      if (shift) rfb.sendKey(KEYSYM.shift, 'ShiftLeft', true);
      rfb.sendKey(keysym, code ?? null);
      if (shift) rfb.sendKey(KEYSYM.shift, 'ShiftLeft', false);
      await browserClock.sleep(KEY_PACE_MS);
    }
    screen.current?.focus();
  };
  const press = (keys: readonly [number, string][]): void => {
    for (const [keysym, code] of keys) screen.current?.sendKey(keysym, code, true);
    for (const [keysym, code] of [...keys].reverse()) screen.current?.sendKey(keysym, code, false);
    screen.current?.focus();
  };
  return (
    <div className="drover-console">
      <ConsoleBar state={state} onReconnect={() => reconnect.current()}>
        <ToolbarItem>
          <KeysMenu onPress={press} />
        </ToolbarItem>
        <ToolbarItem>
          <Button variant="secondary" size="sm" onClick={() => setPasting(true)}>
            {text('console.paste')}
          </Button>
        </ToolbarItem>
        <ToolbarItem>
          <Button variant="secondary" size="sm" onClick={() => void holder.current?.requestFullscreen()}>
            {text('console.fullScreen')}
          </Button>
        </ToolbarItem>
      </ConsoleBar>
      <div ref={holder} className="drover-screen" role="application" aria-label={text('console.vncOf', { name })} />
      {pasting && <PasteDialog onType={(words) => void type(words)} onClose={() => setPasting(false)} />}
    </div>
  );
}

function KeysMenu({ onPress }: { onPress: (keys: readonly [number, string][]) => void }): ReactElement {
  const text = useText();
  const [open, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      toggle={(ref) => (
        <MenuToggle ref={ref} size="sm" isExpanded={open} onClick={() => setOpen(!open)}>
          {text('console.keys.title')}
        </MenuToggle>
      )}
    >
      <DropdownList>
        {COMBINATIONS.map(({ title, keys }) => (
          <DropdownItem key={title} onClick={() => onPress(keys)}>
            {text(title)}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}

function PasteDialog({ onType, onClose }: { onType: (words: string) => void; onClose: () => void }): ReactElement {
  const text = useText();
  const [words, setWords] = useState('');
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="paste-title">
      <ModalHeader title={text('console.pasteTitle')} labelId="paste-title" description={text('console.pasteHint')} />
      <ModalBody>
        <Form>
          <Field id="paste-text" label={text('console.pasteText')}>
            <TextArea
              id="paste-text"
              autoFocus
              rows={6}
              value={words}
              onChange={(_event, next) => setWords(next)}
              resizeOrientation="vertical"
            />
          </Field>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" isDisabled={words === ''} onClick={() => onType(words)}>
          {text('console.pasteAction')}
        </Button>
        <Button variant="link" onClick={onClose}>
          {text('action.cancel')}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
