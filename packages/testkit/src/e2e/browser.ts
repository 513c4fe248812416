import { type Browser, chromium } from 'playwright-core';
import { findProgram } from '../present.js';

/** Where Chromium is, as Debian and others name it; nothing when there is none. */
export const chromiumProgram = (): string | undefined => findProgram('chromium') ?? findProgram('chromium-browser');

/** A browser that speaks to nobody but the pages it is sent to. */
export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  const executablePath = chromiumProgram();
  if (executablePath === undefined) throw new Error('there is no Chromium on the PATH');
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}
