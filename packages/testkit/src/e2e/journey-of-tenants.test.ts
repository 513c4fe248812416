import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@drover/client';
import { Closing } from '@drover/kit';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DroverProcess } from '../drover-process.js';
import { buildGuest, type Guest, guestMissing } from '../guest/guest.js';
import { clearLab, kubeconfigClient } from '../lab.js';
import { temporaryDirectory } from '../temporary.js';
import { chromiumProgram, openBrowser } from './browser.js';
import { CLUSTER_PACE, Person } from './person.js';

const PASSWORD = 'correct horse battery staple';
const VM = 'web';

const missing = [
  ...(chromiumProgram() === undefined ? ['Chromium'] : []),
  ...[await guestMissing()].filter((each) => each !== undefined),
];

describe.skipIf(missing.length > 0)(`tenants in the browser (${missing.join(', ') || 'everything is here'})`, () => {
  const closing = new Closing();
  let server: { url: string; dataDir: string };
  let lab: Client;
  let guest: Guest;
  let browser: Browser;
  let admin: Person;
  let owner: Person;
  let reader: Person;
  let keeper: Person;
  /** The id of the lab, once somebody has its page open. */
  let cluster: string;

  beforeAll(async () => {
    const data = closing.use(await temporaryDirectory());
    const any = '127.0.0.1:0';
    const up = closing.use(
      new DroverProcess(['up', '--data-dir', data.path, '--server-listen', any, '--lab-listen', any]),
    );
    server = await up.ready('server');
    lab = await kubeconfigClient((await up.ready('lab')).kubeconfig);
    closing.defer(() => clearLab(lab));
    guest = await buildGuest();
    browser = closing.use(await openBrowser());
    const window = (): Promise<Person> => Person.at(browser, server.url);
    [admin, owner, reader, keeper] = [await window(), await window(), await window(), await window()];
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
    for (const [name, { page }] of Object.entries({ admin, owner, reader, keeper }))
      await page.screenshot({ path: `test-results/tenants-${name}.png` });
  });

  const openCluster = async (person: Person): Promise<void> => {
    await person.goTo('Virtualization Management');
    await person.row(/Active lab/).waitFor(CLUSTER_PACE);
    await person.link('lab').click();
    await person.link('Images', person.places()).waitFor();
  };

  describe('C. the administrator', () => {
    it('signs in', async () => {
      const first = (await readFile(join(server.dataDir, 'server', 'bootstrap-password'), 'utf8')).trim();
      await admin.signIn('admin', first);
      await admin.choosePassword(first, PASSWORD);
    });

    it('makes a user with a password of the administrator’s choice', async () => {
      await admin.goTo('Users & Authentication');
      await admin.link('Create user').click();
      await admin.field('User name').fill('project-owner');
      await admin.page.getByLabel('Type a password').check();
      await admin.field('New password').fill('too short');
      await admin.button('Create').click();
      await admin.page.getByText('The password needs at least 12 characters.').waitFor();
      await admin.field('New password').fill(PASSWORD);
      await admin.field('New password again').fill(PASSWORD);
      await admin.page.getByLabel('Must choose a new password').uncheck();
      await admin.button('Create').click();
      await admin.row(/Active project-owner .* Standard User/).waitFor();
    });

    let shown: string;
    it('makes another with a password that is shown once, and no right but to sign in', async () => {
      await admin.link('Create user').click();
      await admin.field('User name').fill('project-readonly');
      await admin.page.getByLabel('User-Base').check();
      await admin.button('Create').click();
      shown = await admin.dialog().getByRole('textbox').inputValue();
      expect(shown).toMatch(/^\w{20}$/);
      await admin.button('Close', admin.dialog()).last().click();
      await admin.row(/Password due project-readonly .* User-Base/).waitFor();
      await reader.signIn('project-readonly', shown);
      await reader.choosePassword(shown, PASSWORD);
    });

    it('puts an image where everybody sees it', async () => {
      await openCluster(admin);
      cluster = new URL(admin.page.url()).pathname.split('/')[3] ?? '';
      await admin.uploadImage('for-all', guest.path, 'harvester-public');
    });

    it('adds both to the project by Edit Config', async () => {
      await admin.link('Projects/Namespaces', admin.places()).click();
      await admin.actOn('Project: Default', 'Edit Config');
      for (const [name, role] of [
        ['project-owner', 'Project Owner'],
        ['project-readonly', 'Read-only'],
      ] as const) {
        await admin.button('Add member').click();
        await admin.page.getByRole('combobox', { name: 'Member' }).fill(name);
        await admin.page.getByRole('option', { name }).click();
        await admin.page.getByRole('radio', { name: role, exact: true }).check();
        await admin.button('Add', admin.dialog()).click();
        await admin.row(new RegExp(`${name} ${role} Comes when saved`)).waitFor();
      }
      await admin.button('Save').click();
      await admin.page.getByText('Project Default is saved').waitFor();
    });

    it('sees on the page of a user where they are members', async () => {
      await admin.goTo('Users & Authentication');
      await admin.link('project-owner').click();
      await admin.row(/lab Default Project Owner/).waitFor();
    });
  });

  describe('the project’s owner', () => {
    it('sees that cluster and that project, and nothing else', async () => {
      await owner.signIn('project-owner', PASSWORD);
      await openCluster(owner);
      await owner.link('Projects/Namespaces', owner.places()).click();
      await owner.row(/Project: Default/).waitFor(CLUSTER_PACE);
      await owner.row(/Active default/).waitFor();
      await owner.row(/Active harvester-public/).waitFor();
      expect(await owner.row(/Active/).count()).toBe(2);
      expect(await owner.page.getByText(/^Project: /).allInnerTexts()).toEqual(['Project: Default']);
      await owner.button('Menu').click();
      expect(await owner.page.getByRole('menuitem').allInnerTexts()).toEqual(['Home', 'Virtualization Management']);
      await owner.page.keyboard.press('Escape');
    });

    it('sees the images for everybody, and uploads one', async () => {
      await owner.link('Images', owner.places()).click();
      await owner.row(/Active for-all harvester-public/).waitFor();
      await owner.uploadImage('own', guest.path);
    });

    it('makes a machine of it, which runs', () => owner.createMachine(VM, 'own'));

    it('sees who else is a member, and makes a namespace in the project', async () => {
      await owner.link('Projects/Namespaces', owner.places()).click();
      await owner.actOn('Project: Default', 'Edit Config');
      await owner.row(/project-readonly Read-only/).waitFor();
      await owner.link('Projects/Namespaces', owner.places()).click();
      await owner.link('Create namespace').click();
      await owner.field('Name').fill('blue');
      await owner.button('Create').click();
      await owner.row(/Active blue/).waitFor();
    });
  });

  describe('the project’s reader', () => {
    it('sees that cluster, its images and the machine', async () => {
      await openCluster(reader);
      await reader.link('Images', reader.places()).click();
      await reader.row(/Active for-all harvester-public/).waitFor(CLUSTER_PACE);
      await reader.row(/Active own default/).waitFor();
      await reader.link('Virtual Machines', reader.places()).click();
      await reader.row(new RegExp(`Running ${VM} default`)).waitFor();
    });

    it('has no button that would be refused', async () => {
      await reader.link('Create virtual machine').waitFor({ state: 'hidden' });
      await reader.link(VM).click();
      await reader.state('Running').waitFor();
      expect(await enabledIn(reader, reader.button('Actions'))).toEqual([]);
      await reader.link('Images', reader.places()).click();
      await reader.row(/Active own/).waitFor();
      expect(await reader.link('Create image').count()).toBe(0);
      await reader.link('Projects/Namespaces', reader.places()).click();
      await reader.row(/Active default/).waitFor();
      expect(await enabledIn(reader, reader.button('Actions for Project: Default'))).toEqual([]);
      expect(await enabledIn(reader, reader.button('Actions for default'))).toEqual([]);
      expect(await reader.link('Create namespace').count()).toBe(0);
      expect(await reader.link('Create project').count()).toBe(0);
    });

    const subresource = (plural: string, verb: string): string =>
      `/apis/subresources.kubevirt.io/v1/namespaces/default/${plural}/${VM}/${verb}`;
    it.each([
      ['PUT', subresource('virtualmachines', 'start')],
      ['PUT', subresource('virtualmachines', 'stop')],
      ['PUT', subresource('virtualmachines', 'restart')],
      ['PUT', subresource('virtualmachineinstances', 'pause')],
      ['GET', subresource('virtualmachineinstances', 'console')],
      ['GET', subresource('virtualmachineinstances', 'vnc')],
      ['DELETE', `/apis/kubevirt.io/v1/namespaces/default/virtualmachines/${VM}`],
      ['POST', '/apis/harvesterhci.io/v1beta1/namespaces/default/virtualmachineimages'],
      ['POST', '/v1/harvester/harvesterhci.io.virtualmachineimages/default/own?action=upload&size=10'],
    ])('is refused by the API: %s %s', async (method, path) => {
      const body = method === 'GET' ? undefined : {};
      expect(await reader.ask(method, `/k8s/clusters/${cluster}${path}`, body)).toBe(403);
    });
  });

  describe('the administrator, afterwards,', () => {
    it('makes a project, and moves a namespace into it', async () => {
      await openCluster(admin);
      await admin.link('Projects/Namespaces', admin.places()).click();
      await admin.link('Create project').click();
      await admin.field('Name').fill('Blue');
      await admin.button('Create').click();
      await admin.row(/Project: Blue/).waitFor();
      await admin.actOn('blue', 'Move');
      await admin.field('Project', admin.dialog()).selectOption('Blue');
      await admin.button('Move', admin.dialog()).click();
      await admin.button('Close', admin.dialog()).last().click();
      await expect.poll(() => groupOf(admin, 'blue')).toBe('Project: Blue');
    });

    it('is told what goes with the project, and deletes it', async () => {
      await admin.actOn('Project: Blue', 'Delete');
      await admin.dialog().getByText('This namespace was made through a manager').waitFor();
      await admin.dialog().getByRole('listitem').getByText('blue').waitFor();
      await admin.dialog().getByRole('textbox').fill('Blue');
      await admin.button('Delete', admin.dialog()).click();
      await admin.row(/Active blue|Removing blue/).waitFor({ state: 'detached', ...CLUSTER_PACE });
      await admin.row(/Project: Blue/).waitFor({ state: 'detached', ...CLUSTER_PACE });
    });

    it('imports a cluster with a member from the start', async () => {
      await admin.goTo('Virtualization Management');
      await admin.link('Import Existing').click();
      await admin.field('Cluster name').fill('another');
      await admin.button('Add member').click();
      await admin.page.getByRole('combobox', { name: 'Member' }).fill('project-owner');
      await admin.page.getByRole('option', { name: 'project-owner' }).click();
      await admin.page.getByRole('radio', { name: 'Cluster Member', exact: true }).check();
      await admin.button('Add', admin.dialog()).click();
      await admin.row(/project-owner Cluster Member Comes when saved/).waitFor();
      await admin.button('Create').click();
      await admin.page.getByRole('heading', { name: 'Register another' }).waitFor();
      await admin.goTo('Users & Authentication');
      await admin.link('project-owner').click();
      await admin.row(/another The cluster Cluster Member/).waitFor();
    });

    it('lets somebody manage users, who is told why it cannot make an administrator', async () => {
      await admin.goTo('Users & Authentication');
      await admin.link('Create user').click();
      await admin.field('User name').fill('keeper');
      await admin.page.getByLabel('Type a password').check();
      await admin.field('New password').fill(PASSWORD);
      await admin.field('New password again').fill(PASSWORD);
      await admin.page.getByLabel('Must choose a new password').uncheck();
      await admin.page.getByLabel('Manage Users', { exact: true }).check();
      await admin.button('Create').click();
      await admin.row(/Active keeper .* Manage Users, Standard User/).waitFor();
      await keeper.signIn('keeper', PASSWORD);
      await keeper.goTo('Users & Authentication');
      await keeper.actOn('keeper', 'Edit');
      await keeper.page.getByLabel('Administrator', { exact: true }).check();
      await keeper.button('Save').click();
      await keeper.page.getByText('the global role gives more than you have').waitFor();
    });
  });

  it('and no page broke, or wanted what its content security policy forbids', () => {
    expect([admin, owner, reader, keeper].flatMap(({ complaints }) => complaints)).toEqual([]);
  });

  /** The heading under which a row stands. */
  async function groupOf(person: Person, name: string): Promise<string> {
    const lines = await person.page.getByRole('row').allInnerTexts();
    const at = lines.findIndex((line) => line.split(/\s+/).includes(name));
    return (
      lines
        .slice(0, at)
        .findLast((line) => /Project/.test(line))
        ?.split('\n')[0] ?? ''
    );
  }

  /** What a menu lets its reader do; the other entries say why they do not. */
  async function enabledIn(person: Person, menu: Locator): Promise<string[]> {
    await menu.click();
    const entries = person.page.getByRole('menuitem');
    await entries.first().waitFor();
    // Rights are asked for when the page is opened: until the answer is there nothing is offered.
    await person.page.getByText('Asking the cluster').first().waitFor({ state: 'hidden' });
    const enabled: string[] = [];
    for (const entry of await entries.all())
      if ((await entry.getAttribute('aria-disabled')) !== 'true') enabled.push(await entry.innerText());
    await person.page.keyboard.press('Escape');
    return enabled;
  }
});
