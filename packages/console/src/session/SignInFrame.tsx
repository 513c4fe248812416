import { LoginPage } from '@patternfly/react-core';
import type { ReactElement, ReactNode } from 'react';
import { useText } from '../i18n/text.js';

/** The page around a form that is shown before there is a session. */
export function SignInFrame({
  title,
  subtitle,
  children,
}: {
  title: string;
  subtitle: string;
  children: ReactNode;
}): ReactElement {
  const text = useText();
  return (
    <LoginPage
      brandImgSrc="/dashboard/drover.svg"
      brandImgAlt="Drover"
      brandImgProps={{ alt: 'Drover', style: { height: '3rem' } }}
      loginTitle={title}
      loginSubtitle={subtitle}
      textContent={text('product.promise')}
    >
      {children}
    </LoginPage>
  );
}
