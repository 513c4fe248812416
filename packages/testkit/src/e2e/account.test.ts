import { Closing } from '@drover/kit';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DroverProcess } from '../drover-process.js';
import { temporaryDirectory } from '../temporary.js';
import { chromiumProgram, openBrowser } from './browser.js';

const PASSWORD = 'correct horse battery staple';
const NEXT = 'another horse battery staple';

describe.skipIf(chromiumProgram() === undefined)('a person’s own page (needs Chromium)', () => {
  const closing = new Closing();
  let server: { url: string };
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    const data = closing.use(await temporaryDirectory());
    const args = ['server', '--data-dir', data.path, '--listen', '127.0.0.1:0', '--bootstrap-password', PASSWORD];
    server = await closing.use(new DroverProcess(args)).ready('server');
    browser = closing.use(await openBrowser());
    page = await open();
    await signIn(page, PASSWORD);
    await page.getByRole('heading', { name: 'Home' }).waitFor();
  });
  afterAll(() => closing[Symbol.asyncDispose]());

  async function open(): Promise<Page> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 } });
    const opened = await context.newPage();
    opened.setDefaultTimeout(30_000);
    opened.on('pageerror', (error) => complaints.push(error.message));
    opened.on('console', (said) => {
      if (said.text().includes('Content Security Policy')) complaints.push(said.text());
    });
    return opened;
  }
  async function signIn(on: Page, password: string): Promise<void> {
    await on.goto(server.url);
    await on.getByLabel(/^User name/).fill('admin');
    await on.getByLabel(/^Password/).fill(password);
    await button('Sign in', on).click();
  }
  const button = (name: string, within: Page | Locator = page): Locator =>
    within.getByRole('button', { name, exact: true });
  const table = (name: string): Locator => page.getByRole('grid', { name, exact: true });
  const dialog = (): Locator => page.getByRole('dialog');

  it('is reached from the menu of the user', async () => {
    await page.getByRole('button', { name: /^User menu/ }).click();
    await page.getByRole('menuitem', { name: 'Account & API Keys' }).click();
    await page.getByRole('heading', { name: 'Account & API Keys' }).waitFor();
    await table('Sessions').getByText('This one').waitFor();
  });

  it('makes an API key, shows it once, and it works', async () => {
    await button('Create API key').click();
    await page.getByLabel(/^Description/).fill('nightly build');
    await page.getByLabel(/^Lasts/).selectOption('month');
    await page.getByLabel(/^Reaches/).selectOption('local');
    await button('Create', dialog()).click();
    const key = await page.getByLabel('API key', { exact: true }).inputValue();
    expect(key).toMatch(/^token-[a-z0-9]{5}:[a-z0-9]{54}$/);
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    expect(await page.content()).not.toContain(key.split(':')[1]);
    await table('API keys').getByText('nightly build').waitFor();
    const asked = await page.context().request.get(`${server.url}/k8s/clusters/local/version`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(asked.status()).toBe(200);
  });

  it('deletes it again', async () => {
    await button('Delete: nightly build').click();
    await button('Delete', dialog()).click();
    await page.getByText('No API keys').waitFor();
  });

  it('tells the server that somebody is there', async () => {
    const told = page.waitForResponse((answer) => answer.url().includes('/useractivities/'));
    // A page that was loaded anew tells of the first sign.
    await page.reload();
    await page.getByRole('heading', { name: 'Account & API Keys' }).click();
    expect((await told).status()).toBe(200);
  });

  it('changes the password, which ends the other sessions', async () => {
    const other = await open();
    await signIn(other, PASSWORD);
    await other.getByRole('heading', { name: 'Home' }).waitFor();
    await button('Change password').first().click();
    await page.getByLabel(/^Current password/).fill(PASSWORD);
    await page.getByLabel(/^New password\s*\*?$/).fill(NEXT);
    await page.getByLabel(/^New password again/).fill(NEXT);
    await button('Change password', dialog()).click();
    await page.getByText('Your password is changed').waitFor();
    await other.getByRole('heading', { name: 'Sign in to Drover' }).waitFor();
  });

  it('signs out everywhere, here too', async () => {
    const other = await open();
    await signIn(other, NEXT);
    await other.getByRole('heading', { name: 'Home' }).waitFor();
    await button('Sign out everywhere').click();
    await button('Sign out everywhere', dialog()).click();
    await page.getByRole('heading', { name: 'Sign in to Drover' }).waitFor();
    await other.getByRole('heading', { name: 'Sign in to Drover' }).waitFor();
    expect(complaints).toEqual([]);
  });
});
