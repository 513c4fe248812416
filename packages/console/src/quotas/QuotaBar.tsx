import { Progress, ProgressMeasureLocation } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { useText } from '../i18n/text.js';
import { percentOf, shown, titleOf, type Use } from './quota.js';

/** From here on a bar warns. */
const NEARLY = 80;

/** How much of something that is limited is used; below it, in words, with `more` beside. */
export function QuotaBar({ use, more }: { use: Use; more?: string | undefined }): ReactElement {
  const text = useText();
  const { name, limit, shared, used = 0n } = use;
  const title = titleOf(name);
  const percent = percentOf(used, limit);
  const label = text('quota.used', { used: shown(name, used), limit: shown(name, limit) });
  const variant = percent >= 100 ? 'danger' : percent >= NEARLY ? 'warning' : undefined;
  return (
    <div className="drover-quota">
      <Progress
        aria-label={typeof title === 'string' ? title : text(title)}
        value={percent}
        valueText={label}
        measureLocation={ProgressMeasureLocation.none}
        size="sm"
        {...(variant === undefined || limit === 0n ? {} : { variant })}
      />
      <small>
        {label}
        {shared !== undefined && `, ${text('quota.shared', { shared: shown(name, shared) })}`}
        {more !== undefined && `. ${more}`}
      </small>
    </div>
  );
}
