import { Breadcrumb, Content, Flex, FlexItem, PageBreadcrumb, PageSection, Title } from '@patternfly/react-core';
import { type ReactElement, type ReactNode, useEffect } from 'react';

/** The head of a page: where it stands, its name, its actions. The name becomes the window's title. */
export function PageHead({
  title,
  path,
  label,
  description,
  actions,
}: {
  title: string;
  /** Breadcrumb items above this page. */
  path?: readonly ReactElement[];
  /** What stands beside the name: a state. */
  label?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
}): ReactElement {
  useEffect(() => {
    document.title = `${title} · Drover`;
  }, [title]);
  return (
    <>
      {path && (
        <PageBreadcrumb>
          <Breadcrumb>{[...path]}</Breadcrumb>
        </PageBreadcrumb>
      )}
      <PageSection isFilled={false} hasBodyWrapper={false} className="drover-head">
        <Flex
          justifyContent={{ default: 'justifyContentSpaceBetween' }}
          alignItems={{ default: 'alignItemsCenter' }}
          gap={{ default: 'gapMd' }}
        >
          <Flex alignItems={{ default: 'alignItemsCenter' }} gap={{ default: 'gapMd' }}>
            <Title headingLevel="h1" className="drover-words">
              {title}
            </Title>
            {label && <FlexItem>{label}</FlexItem>}
          </Flex>
          {actions && <Flex gap={{ default: 'gapSm' }}>{actions}</Flex>}
        </Flex>
        {description && <Content component="p">{description}</Content>}
      </PageSection>
    </>
  );
}
