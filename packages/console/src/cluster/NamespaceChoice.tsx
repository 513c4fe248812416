import { namespaces } from '@drover/api';
import { type ReactElement, useMemo } from 'react';
import { useCollection } from '../app/services.js';
import { Choice } from '../components/Choice.js';
import { isSystemNamespace } from './namespaces.js';

/** One of the namespaces that people work in. */
export function NamespaceChoice({
  id,
  cluster,
  value,
  onChange,
}: {
  id: string;
  cluster: string;
  value: string;
  onChange: (namespace: string) => void;
}): ReactElement {
  const { items } = useCollection(namespaces, cluster);
  const names = useMemo(
    () => items.map(({ metadata }) => metadata.name).filter((name) => !isSystemNamespace(name)),
    [items],
  );
  const all = names.includes(value) || value === '' ? names : [value, ...names];
  return (
    <Choice
      id={id}
      value={value}
      options={all.sort().map((name) => ({ value: name, label: name }))}
      onChange={onChange}
    />
  );
}
