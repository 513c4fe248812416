import {
  CheckCircleIcon,
  ExclamationCircleIcon,
  ExclamationTriangleIcon,
  InfoCircleIcon,
  InProgressIcon,
} from '@patternfly/react-icons';
import styles from '@patternfly/react-styles/css/components/Label/label';
import type { ReactElement } from 'react';
import { useText } from '../i18n/text.js';
import { Hint } from './Hint.js';
import type { State, Tone } from './state.js';

const { modifiers } = styles;
const COLOURS: Readonly<Record<Tone, string>> = {
  success: modifiers.success,
  info: modifiers.info,
  warning: modifiers.warning,
  danger: modifiers.danger,
  neutral: '',
};
const ICONS: Readonly<Record<Tone, ReactElement | null>> = {
  success: <CheckCircleIcon />,
  info: <InfoCircleIcon />,
  warning: <ExclamationTriangleIcon />,
  danger: <ExclamationCircleIcon />,
  neutral: null,
};

/**
 * A state as a badge; with a reason, the reason on hover and focus. In PatternFly's classes: its own label component measures
 * its text as soon as it stands, and a list has a badge in each of its rows.
 */
export function StateLabel({ state }: { state: State }): ReactElement {
  const text = useText();
  const { tone, reason, transitioning } = state;
  const icon = transitioning ? <InProgressIcon /> : ICONS[tone];
  const label = (
    <span className={`${styles.label} ${modifiers.outline} ${modifiers.compact} ${COLOURS[tone]}`}>
      <span className={styles.labelContent}>
        {icon && <span className={styles.labelIcon}>{icon}</span>}
        <span className={styles.labelText}>{text(state.title)}</span>
      </span>
    </span>
  );
  return reason === undefined ? label : <Hint content={reason}>{label}</Hint>;
}
