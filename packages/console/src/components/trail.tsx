import { BreadcrumbItem } from '@patternfly/react-core';
import type { ReactElement } from 'react';

/** The way to a page below a list: `list` is the link to that, with the class it is to have. */
export const trail = (list: (props: { className: string }) => ReactElement, here: string): readonly ReactElement[] => [
  <BreadcrumbItem key="list" render={({ className }) => list({ className })} />,
  <BreadcrumbItem key="here" isActive>
    {here}
  </BreadcrumbItem>,
];
