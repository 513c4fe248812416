import type { Node } from '@drover/api';
import type { ReactElement } from 'react';
import { useText } from '../i18n/text.js';
import { accelerator } from './state.js';

/** How machines are executed on a host, in words. */
export function AcceleratorText({ node }: { node: Node }): ReactElement {
  const text = useText();
  return <>{text(`host.accelerator.${accelerator(node)}`)}</>;
}
