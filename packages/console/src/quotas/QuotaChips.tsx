import { Label, LabelGroup } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { useText } from '../i18n/text.js';
import { percentOf, shown, titleOf, type Use } from './quota.js';

/** Chips that are shown without being asked for. */
const SHOWN = 3;
/** From here on a chip warns. */
const NEARLY = 80;

/** How a quota fares, in a line: what is used of each that it limits. */
export function QuotaChips({ uses }: { uses: readonly Use[] }): ReactElement | undefined {
  const text = useText();
  if (uses.length === 0) return undefined;
  return (
    <LabelGroup numLabels={SHOWN} isCompact aria-label={text('quota.title')}>
      {uses.map(({ name, limit, used = 0n }) => {
        const title = titleOf(name);
        const percent = percentOf(used, limit);
        return (
          <Label key={name} isCompact color={percent >= 100 ? 'red' : percent >= NEARLY ? 'orange' : 'grey'}>
            {text('quota.chip', {
              name: typeof title === 'string' ? title : text(title),
              used: shown(name, used),
              limit: shown(name, limit),
            })}
          </Label>
        );
      })}
    </LabelGroup>
  );
}
