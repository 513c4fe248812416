import { Content } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { ReactElement, ReactNode } from 'react';

/** A short table inside a page: all of it in the document, in the order it is given in. */
export function PlainTable({
  label,
  heads,
  rows,
  empty,
}: {
  label: string;
  heads: readonly string[];
  rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[];
  /** What is said when there are no rows. */
  empty: string;
}): ReactElement {
  if (rows.length === 0) return <Content component="p">{empty}</Content>;
  return (
    <Table aria-label={label} variant="compact">
      <Thead>
        <Tr>
          {heads.map((head) => (
            <Th key={head} modifier="wrap">
              {head}
            </Th>
          ))}
        </Tr>
      </Thead>
      <Tbody>
        {rows.map(({ key, cells }) => (
          <Tr key={key}>
            {cells.map((cell, index) => (
              <Td key={heads[index]} dataLabel={heads[index] ?? ''} className="drover-words">
                {cell}
              </Td>
            ))}
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
