import type { ReactElement } from 'react';

/** The product's mark, drawn in the page so that it never has to be fetched. */
export function Logo(): ReactElement {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className="drover-logo">
      <rect width="32" height="32" rx="7" fill="#06c" />
      <path d="M8 8h7.5a8 8 0 0 1 0 16H8z" fill="none" stroke="#fff" strokeWidth="3" strokeLinejoin="round" />
      <path
        d="M8 16h9m-4-4 4 4-4 4"
        fill="none"
        stroke="#fff"
        strokeWidth="2.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
