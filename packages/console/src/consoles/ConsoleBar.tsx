import { Button, Label, Toolbar, ToolbarContent, ToolbarGroup, ToolbarItem } from '@patternfly/react-core';
import type { ReactElement, ReactNode } from 'react';
import { useNow } from '../app/now.js';
import { useText } from '../i18n/text.js';
import type { ConsoleState } from './connection.js';

/** What stands above a console: how its connection stands, in words, and what can be done. */
export function ConsoleBar({
  state,
  onReconnect,
  children,
}: {
  state: ConsoleState;
  onReconnect: () => void;
  children: ReactNode;
}): ReactElement {
  const text = useText();
  const now = useNow(1000);
  return (
    <Toolbar inset={{ default: 'insetNone' }}>
      <ToolbarContent>
        <ToolbarItem alignSelf="center" aria-live="polite">
          {state.state === 'connected' ? (
            <Label isCompact status="success">
              {text('console.connected')}
            </Label>
          ) : state.state === 'connecting' ? (
            <Label isCompact status="info">
              {text('console.connecting')}
            </Label>
          ) : (
            <Label isCompact status="warning">
              {text('console.lost', { seconds: Math.max(0, Math.ceil((state.retryAt - now) / 1000)) })}
            </Label>
          )}
        </ToolbarItem>
        {state.state === 'lost' && (
          <ToolbarItem>
            <Button variant="link" isInline onClick={onReconnect}>
              {text('console.reconnect')}
            </Button>
          </ToolbarItem>
        )}
        <ToolbarGroup align={{ default: 'alignEnd' }} variant="action-group">
          {children}
        </ToolbarGroup>
      </ToolbarContent>
    </Toolbar>
  );
}
