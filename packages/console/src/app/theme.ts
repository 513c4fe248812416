/** What a person chose. */
export type ThemeChoice = 'light' | 'dark' | 'system';

const KEY = 'drover.theme';
const DARK_CLASS = 'pf-v6-theme-dark';

/** The choices in the order they are offered. */
export const THEME_CHOICES: readonly ThemeChoice[] = ['light', 'dark', 'system'];

/** Reads a stored choice; anything else is `system`. */
export const parseTheme = (stored: string | null): ThemeChoice =>
  stored === 'light' || stored === 'dark' ? stored : 'system';

/** The choice of this browser. */
export const storedTheme = (): ThemeChoice => parseTheme(localStorage.getItem(KEY));

/** Keeps a choice and shows it. */
export function chooseTheme(choice: ThemeChoice): void {
  if (choice === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, choice);
  showTheme();
}

/** Shows the chosen theme, and follows the system's when it is the chosen one. */
export function followTheme(): void {
  showTheme();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showTheme);
}

function showTheme(): void {
  const choice = storedTheme();
  const dark = choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle(DARK_CLASS, dark);
}
