import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { persistentVolumeClaims } from '@drover/api';
import type { Client } from '@drover/client';
import { Closing } from '@drover/kit';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DroverProcess } from '../drover-process.js';
import { buildGuest, type Guest, guestMissing } from '../guest/guest.js';
import { clearLab, kubeconfigClient, registerLab, untilNone } from '../lab.js';
import { temporaryDirectory } from '../temporary.js';
import { chromiumProgram, openBrowser } from './browser.js';
import { CLUSTER_PACE, Person } from './person.js';

const PASSWORD = 'correct horse battery staple';
const CLUSTER = 'second';
const VM = 'hello';

/** The part of the page's canvas that is read; this package knows no DOM. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
  } | null;
}

const missing = [
  ...(chromiumProgram() === undefined ? ['Chromium'] : []),
  ...[await guestMissing()].filter((each) => each !== undefined),
];

describe.skipIf(missing.length > 0)(`a person in the browser (${missing.join(', ') || 'everything is here'})`, () => {
  const closing = new Closing();
  let server: { url: string; dataDir: string };
  const labs: Client[] = [];
  let guest: Guest;
  let browser: Browser;
  let person: Person;
  let page: Page;

  beforeAll(async () => {
    const data = closing.use(await temporaryDirectory());
    const second = closing.use(await temporaryDirectory());
    const any = '127.0.0.1:0';
    const up = closing.use(
      new DroverProcess(['up', '--data-dir', data.path, '--server-listen', any, '--lab-listen', any]),
    );
    const lab = closing.use(
      new DroverProcess(['lab', '--data-dir', second.path, '--listen', any, '--name', 'second-host']),
    );
    server = await up.ready('server');
    for (const { kubeconfig } of [await up.ready('lab'), await lab.ready('lab')]) {
      labs.push(await kubeconfigClient(kubeconfig));
    }
    closing.defer(async () => {
      for (const each of labs) await clearLab(each);
    });
    guest = await buildGuest();
    browser = closing.use(await openBrowser());
    person = await Person.at(browser, server.url);
    page = person.page;
  });

  afterAll(() => closing[Symbol.asyncDispose]());

  // Each step goes on where the one before ended: after a failure the others could only fail for want of it.
  let stuck = false;
  beforeEach(({ skip }) => {
    if (stuck) skip('an earlier step failed');
  });
  afterEach(async ({ task }) => {
    if (stuck || task.result?.state !== 'fail') return;
    stuck = true;
    await page.screenshot({ path: 'test-results/journeys.png' });
  });

  const button = (name: string, within?: Page | Locator): Locator => person.button(name, within);
  const link = (name: string, within?: Page | Locator): Locator => person.link(name, within);
  const field = (name: string): Locator => person.field(name);
  const places = (): Locator => person.places();
  const state = (name: string): Locator => person.state(name);
  const act = (name: string): Promise<void> => person.act(name);

  describe('A. imports a cluster', () => {
    it('signs in with the first password, and must choose another before anything else', async () => {
      const first = (await readFile(join(server.dataDir, 'server', 'bootstrap-password'), 'utf8')).trim();
      await person.signIn('admin', first);
      await person.choosePassword(first, PASSWORD);
    });

    it('finds the lab already there, and goes to import another', async () => {
      await person.goTo('Virtualization Management');
      await page.getByRole('row', { name: /Active lab/ }).waitFor(CLUSTER_PACE);
      const actions = button('Actions for lab');
      await actions.click();
      const [menu, of] = await Promise.all([page.getByRole('menu').boundingBox(), actions.boundingBox()]);
      expect(Math.abs((menu?.y ?? 0) - (of?.y ?? 0)), 'the menu of a row opens beside it').toBeLessThan(100);
      await page.keyboard.press('Escape');
      await link('Import Existing').click();
      await field('Cluster name').fill(CLUSTER);
      await button('Create').click();
      await page.getByRole('heading', { name: `Register ${CLUSTER}` }).waitFor();
    });

    it('puts the URL of the guide into the setting, and sees the cluster turn Active without a reload', async () => {
      const url = await page.getByRole('textbox', { name: 'Registration URL' }).inputValue();
      expect(url).toMatch(/\/v3\/import\/[a-z0-9]+_c-m-[a-z0-9]{8}\.yaml$/);
      await registerLab(labs[1] as Client, url);
      await page.getByText(`${CLUSTER} is active.`).waitFor(CLUSTER_PACE);
      await link('Open the cluster').click();
      await page.getByRole('heading', { name: CLUSTER, exact: true, level: 1 }).waitFor();
    });
  });

  describe('B. runs a machine in it', () => {
    it('sees the host', async () => {
      await link('Hosts', places()).click();
      await page.getByRole('row', { name: /Active second-host/ }).waitFor();
    });

    it('uploads an image', () => person.uploadImage('tiny-guest', guest.path));

    it('creates a machine from it, and watches it start', () => person.createMachine(VM, 'tiny-guest'));

    it('types into its serial console, and the guest answers', async () => {
      await page.getByRole('tab', { name: 'Serial console' }).click();
      const terminal = page.locator('.xterm-rows');
      await page.getByText('Connected', { exact: true }).waitFor();
      await page.locator('.drover-terminal').click();
      await page.keyboard.press('Enter');
      await terminal.getByText(guest.prompt.trim()).last().waitFor(CLUSTER_PACE);
      await page.keyboard.type('echo answer-$((6 * 7))\n');
      await terminal.getByText('answer-42', { exact: true }).waitFor(CLUSTER_PACE);
    });

    it('sees a picture on its screen', async () => {
      await page.getByRole('tab', { name: 'VNC console' }).click();
      await page.getByText('Connected', { exact: true }).waitFor();
      const lit = (): Promise<number> =>
        page.locator('.drover-screen canvas').evaluate((element) => {
          const canvas = element as unknown as Canvas;
          const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
          let count = 0;
          for (let at = 0; at < pixels.length; at += 4) if ((pixels[at] ?? 0) > 60) count += 1;
          return count;
        });
      await expect.poll(lit, { timeout: 60_000 }).toBeGreaterThan(100);
    });

    it('pauses it, lets it run again, and switches it off', async () => {
      await page.getByRole('tab', { name: 'Overview' }).click();
      await act('Pause');
      await state('Paused').waitFor(CLUSTER_PACE);
      await act('Unpause');
      await state('Running').waitFor(CLUSTER_PACE);
      await act('Stop');
      await button('Stop', page.getByRole('dialog')).click();
      await state('Off').waitFor(CLUSTER_PACE);
    });

    it('finds it by what it is, not only by its name', async () => {
      await link('Virtual Machines', places()).click();
      const search = page.getByRole('textbox', { name: 'Search Virtual Machines' });
      await search.fill('state:running');
      await page.getByText('Nothing matches').waitFor();
      await search.fill('state:off memory<1Gi');
      await link(VM).waitFor();
      expect(new URL(page.url()).searchParams.get('q')).toBe('state:off memory<1Gi');
    });

    it('deletes it with its disk, and goes back to the clusters', async () => {
      await link(VM).click();
      await act('Delete');
      await button('Delete', page.getByRole('dialog')).click();
      await page
        .getByText('No virtual machine yet')
        .or(page.getByText(`There is no virtual machine`))
        .waitFor(CLUSTER_PACE);
      await person.goTo('Virtualization Management');
      await page.getByRole('row', { name: new RegExp(CLUSTER) }).waitFor();
      await untilNone(labs[1] as Client, persistentVolumeClaims);
    });
  });

  describe('D. takes the cluster out again', () => {
    it('types its name, and is told what is left to do in the cluster', async () => {
      const row = page.getByRole('row', { name: new RegExp(CLUSTER) });
      await button(`Actions for ${CLUSTER}`, row).click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      const dialog = page.getByRole('dialog');
      expect(await button('Delete', dialog).isEnabled()).toBe(false);
      await dialog.getByRole('textbox').fill(CLUSTER);
      await button('Delete', dialog).click();
      await page.getByText('Do not use kubectl delete -f with the registration manifest').waitFor();
      await button('Close', dialog).last().click();
      await row.waitFor({ state: 'detached', ...CLUSTER_PACE });
    });
  });

  it('and no page broke, or wanted what its content security policy forbids', () => {
    expect(person.complaints).toEqual([]);
  });
});
