import { ClipboardCopyButton, CodeBlock, CodeBlockAction, CodeBlockCode } from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';
import { useText } from '../i18n/text.js';

/** Lines to copy. */
export function CopyBlock({ id, children }: { id: string; children: string }): ReactElement {
  const text = useText();
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(children).then(() => setCopied(true));
  };
  return (
    <CodeBlock
      actions={
        <CodeBlockAction>
          <ClipboardCopyButton
            id={`${id}-copy`}
            textId={id}
            aria-label={text('action.copy')}
            variant="plain"
            exitDelay={copied ? 1500 : 600}
            onTooltipHidden={() => setCopied(false)}
            onClick={copy}
          >
            {copied ? text('action.copied') : text('action.copy')}
          </ClipboardCopyButton>
        </CodeBlockAction>
      }
    >
      <CodeBlockCode id={id}>{children}</CodeBlockCode>
    </CodeBlock>
  );
}
