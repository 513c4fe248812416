import { Progress, ProgressMeasureLocation } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { useText } from '../i18n/text.js';
import type { Capacity } from './capacity.js';

/** How much of a resource machines were promised. More than there is, is normal with overcommit, and coloured. */
export function UseBar({
  title,
  capacity: { total, promised },
  format,
}: {
  title: string;
  capacity: Capacity;
  format: (amount: number) => string;
}): ReactElement {
  const text = useText();
  const percent = total === 0 ? 0 : (100 * promised) / total;
  return (
    <Progress
      title={title}
      value={Math.min(100, percent)}
      label={text('dashboard.of', { used: format(promised), total: format(total) })}
      valueText={text('dashboard.of', { used: format(promised), total: format(total) })}
      measureLocation={ProgressMeasureLocation.top}
      {...(percent > 100 ? { variant: 'warning' as const } : {})}
    />
  );
}
