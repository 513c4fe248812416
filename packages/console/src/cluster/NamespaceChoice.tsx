import { type Kind, namespaces } from '@drover/api';
import { HelperText, HelperTextItem } from '@patternfly/react-core';
import { type ReactElement, useEffect, useMemo } from 'react';
import { useCollection } from '../app/services.js';
import { Choice } from '../components/Choice.js';
import { useText } from '../i18n/text.js';
import { useCreatableIn } from '../visibility/useSchemas.js';
import { isSystemNamespace } from './namespaces.js';

/** One of the namespaces that people work in, and in which the reader may make objects of a kind. */
export function NamespaceChoice({
  id,
  cluster,
  kind,
  value,
  onChange,
}: {
  id: string;
  cluster: string;
  /** What is to be made there. */
  kind: Kind;
  value: string;
  onChange: (namespace: string) => void;
}): ReactElement {
  const text = useText();
  const { items } = useCollection(namespaces, cluster);
  const creatable = useCreatableIn(cluster, kind);
  const names = useMemo(
    () =>
      items
        .map(({ metadata }) => metadata.name)
        .filter((name) => (creatable === 'everywhere' ? !isSystemNamespace(name) : creatable?.has(name)))
        .sort(),
    [items, creatable],
  );
  // A form begins with a namespace that most people work in; whoever may not, with the first of theirs.
  const [first] = names;
  const elsewhere = creatable !== undefined && creatable !== 'everywhere' && !creatable.has(value);
  useEffect(() => {
    if (elsewhere && first !== undefined) onChange(first);
  });
  if (elsewhere && creatable.size === 0)
    return (
      <HelperText>
        <HelperTextItem>{text('visibility.nowhere')}</HelperTextItem>
      </HelperText>
    );
  const all = names.includes(value) || value === '' ? names : [value, ...names];
  return (
    <Choice id={id} value={value} options={all.map((name) => ({ value: name, label: name }))} onChange={onChange} />
  );
}
