import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoleTemplateBindings, projects, virtualMachineImages, virtualMachines } from '@drover/api';
import { type Client, createClient, httpsTransport } from '@drover/client';
import { Closing, Secret, systemClock } from '@drover/kit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DroverProcess, type ReadyLine } from '../drover-process.js';
import { eventually } from '../eventually.js';
import { clearLab, kubeconfigClient } from '../lab.js';
import { temporaryDirectory } from '../temporary.js';
import { chromiumProgram, openBrowser } from './browser.js';
import { Person } from './person.js';

const PASSWORD = 'correct horse battery staple';
/** A right that was given or taken away shows after this long at the latest. */
const WITHIN_MS = 5_000;
const TENANTS = { 'project-owner': 'project-owner', 'project-readonly': 'read-only' };
type Tenant = keyof typeof TENANTS;

const image = (namespace: string, name: string) => ({
  apiVersion: 'harvesterhci.io/v1beta1' as const,
  kind: 'VirtualMachineImage' as const,
  metadata: { name, namespace },
  spec: { displayName: name, sourceType: 'upload' as const },
});
const machine = (namespace: string, name: string) => ({
  apiVersion: 'kubevirt.io/v1' as const,
  kind: 'VirtualMachine' as const,
  metadata: { name, namespace },
  spec: {
    runStrategy: 'Halted',
    template: {
      spec: {
        domain: { cpu: { cores: 1 }, devices: {}, resources: { limits: { cpu: '1', memory: '128Mi' } } },
        terminationGracePeriodSeconds: 0,
      },
    },
  },
});

describe.skipIf(chromiumProgram() === undefined)(
  'what members of a project see in the browser (needs Chromium)',
  () => {
    const closing = new Closing();
    let server: ReadyLine;
    let lab: Client;
    let admin: Client;
    let cluster: string;
    let browser: Browser;
    const people = new Map<Tenant, Person>();
    const at = (tenant: Tenant): Person => {
      const person = people.get(tenant);
      if (person === undefined) throw new Error(`${tenant} has not signed in`);
      return person;
    };
    /** How many errors a page tells. */
    const faults = ({ page }: Person): Promise<number> => page.locator('.pf-v6-c-alert.pf-m-danger').count();

    beforeAll(async () => {
      const data = closing.use(await temporaryDirectory());
      const any = '127.0.0.1:0';
      const up = closing.use(
        new DroverProcess(['up', '--data-dir', data.path, '--server-listen', any, '--lab-listen', any]),
      );
      server = await up.ready('server');
      lab = await kubeconfigClient((await up.ready('lab')).kubeconfig);
      closing.defer(() => clearLab(lab));
      admin = await signedIn();
      const found = await eventually(
        admin,
        projects,
        {},
        ({ spec, status, metadata: { namespace } }) =>
          spec?.displayName === 'Default' && namespace !== 'local' && status?.backingNamespace !== undefined,
      );
      cluster = found.metadata.namespace ?? '';
      for (const [namespace, name] of [
        ['default', 'ours'],
        ['harvester-public', 'for-everybody'],
        ['kube-system', 'theirs'],
      ] as const)
        await lab.create(virtualMachineImages, image(namespace, name));
      for (const [namespace, name] of [
        ['default', 'web'],
        ['kube-system', 'hidden'],
      ] as const)
        await lab.create(virtualMachines, machine(namespace, name));
      for (const [username, roleTemplateId] of Object.entries(TENANTS)) {
        const user = await admin.post('/v3/users', { username, password: PASSWORD });
        const projectId = `${cluster}:${found.metadata.name}`;
        await admin.post('/v3/projectroletemplatebindings', {
          projectId,
          roleTemplateId,
          userId: (user as { id: string }).id,
        });
      }
      browser = closing.use(await openBrowser());
    });
    afterAll(() => closing[Symbol.asyncDispose]());

    describe.each(Object.keys(TENANTS) as Tenant[])('%s', (tenant) => {
      it('signs in and sees the cluster', async () => {
        const person = await Person.at(browser, server.url);
        people.set(tenant, person);
        await person.signIn(tenant, PASSWORD);
        await person.link('lab').click();
        await person.page.getByRole('link', { name: /^[1-9] virtual machine/ }).waitFor();
        expect(await faults(person)).toBe(0);
      });

      it('sees the machines of the project, and no others', async () => {
        const person = at(tenant);
        await person.link('Virtual Machines', person.places()).click();
        await person.row(/ web /).waitFor();
        expect(await person.row(/ hidden /).count()).toBe(0);
        expect(await faults(person)).toBe(0);
      });

      it('sees the images of the project and those that are for everybody', async () => {
        const person = at(tenant);
        await person.link('Images', person.places()).click();
        await person.row(/ ours /).waitFor();
        await person.row(/ for-everybody /).waitFor();
        expect(await person.row(/ theirs /).count()).toBe(0);
      });

      it('meets no error on any page that the navigation offers', async () => {
        const person = at(tenant);
        for (const name of await person.places().getByRole('link').allInnerTexts()) {
          await person.link(name, person.places()).click();
          await person.page.getByRole('heading', { level: 1 }).waitFor();
          await person.page.waitForLoadState('networkidle');
          expect([name, await faults(person)]).toEqual([name, 0]);
        }
      });

      it('sees a machine appear that somebody makes in the project, without a reload', async () => {
        const person = at(tenant);
        await person.link('Virtual Machines', person.places()).click();
        await lab.create(virtualMachines, machine('default', `new-for-${tenant}`));
        await person.row(new RegExp(`new-for-${tenant}`)).waitFor();
        expect(person.complaints).toEqual([]);
      });
    });

    it('an owner is offered only the namespaces in which machines may be made', async () => {
      const owner = at('project-owner');
      await owner.link('Create virtual machine').first().click();
      const choices = owner.field('Namespace').locator('option');
      await choices.filter({ hasText: 'default' }).waitFor({ state: 'attached' });
      expect(await choices.allInnerTexts()).toEqual(['default']);
    });

    it('who has no part in an area does not find it in the navigation, and is told so at its address', async () => {
      const reader = at('project-readonly');
      expect(await reader.link('Hosts', reader.places()).count()).toBe(0);
      await reader.page.goto(`${server.url}/dashboard/c/${cluster}/hosts`);
      await reader.page.getByText('Hosts: not among what you see here').waitFor();
      expect(await faults(reader)).toBe(0);
    });

    describe('a reader', () => {
      const page = (): Page => at('project-readonly').page;
      const row = (name: string) => page().getByRole('row').filter({ hasText: name });
      const refused = 'You need the role “Operate Virtual Machines” in the project Default. It can be given by:';
      /** What can be chosen of the menu that is open. */
      const offered = () => page().locator('[role=menuitem]:not([aria-disabled=true])').allInnerTexts();
      const button = (name: string, state: { readonly disabled?: boolean } = {}) =>
        page().getByRole('button', { name, exact: true, ...state });

      it('is offered nothing for machines that would be refused, and is told which role would do and who can give it', async () => {
        await page().goto(`${server.url}/dashboard/c/${cluster}/vms`);
        await row('web').waitFor();
        await button('Actions for web').click();
        await page().getByText(refused).first().waitFor();
        expect(await offered()).toEqual([]);
        await page().keyboard.press('Escape');
        await row('web').getByRole('checkbox').check();
        for (const name of [
          'Create virtual machine',
          'Start',
          'Stop',
          'Pause',
          'Unpause',
          'Restart',
          'Force stop',
          'Delete',
        ])
          await button(name, { disabled: true }).waitFor();
        await button('Create virtual machine').focus();
        await page().getByRole('tooltip').getByText('You need the role').waitFor();
      });

      it('is offered nothing on the page of a machine: no order, no console, no saving', async () => {
        await page().goto(`${server.url}/dashboard/c/${cluster}/vms/default/web`);
        await button('Actions').click();
        await page().getByText(refused).first().waitFor();
        expect(await offered()).toEqual([]);
        await page().keyboard.press('Escape');
        await page().getByRole('tab', { name: 'VNC console' }).click();
        await page().getByText('The console of web is not for you').waitFor();
        await page().getByRole('tab', { name: 'YAML' }).click();
        await button('Save', { disabled: true }).waitFor();
      });

      it('is offered nothing for images and clusters that would be refused', async () => {
        await page().goto(`${server.url}/dashboard/c/${cluster}/images`);
        await row('ours').waitFor();
        await button('Actions for ours').click();
        await page().getByText('You need the role').first().waitFor();
        expect(await offered()).toEqual([]);
        await page().keyboard.press('Escape');
        await button('Create image', { disabled: true }).waitFor();
        await page().goto(`${server.url}/dashboard/virtualization`);
        await button('Actions for lab').click();
        await page().getByText('You need the role “Cluster Owner” in the cluster lab').first().waitFor();
        expect(await offered()).toEqual(['Open']);
        await page().keyboard.press('Escape');
      });

      it('is offered a machine’s start within five seconds of getting the role, without a reload', async () => {
        await page().goto(`${server.url}/dashboard/c/${cluster}/vms`);
        await row('web').getByRole('checkbox').check();
        await button('Start', { disabled: true }).waitFor();
        const { items } = await admin.list(projectRoleTemplateBindings);
        const reading = items.find(({ roleTemplateName }) => roleTemplateName === 'read-only');
        await admin.post('/v3/projectroletemplatebindings', {
          projectId: reading?.projectName ?? '',
          roleTemplateId: 'virt-project-operate',
          userId: reading?.userName ?? '',
        });
        await button('Start', { disabled: false }).waitFor({ timeout: WITHIN_MS });
        await button('Delete', { disabled: true }).waitFor();
        const given = (await admin.list(projectRoleTemplateBindings)).items.find(
          ({ roleTemplateName }) => roleTemplateName === 'virt-project-operate',
        );
        if (given !== undefined) await admin.delete(projectRoleTemplateBindings, given.metadata);
        await button('Start', { disabled: true }).waitFor({ timeout: WITHIN_MS });
      });
    });

    it('who loses the role loses the cluster from the page, within moments and without a reload', async () => {
      const reader = at('project-readonly');
      await reader.link('Virtual Machines', reader.places()).click();
      await reader.row(/ web /).waitFor();
      const { items } = await admin.list(projectRoleTemplateBindings);
      for (const { metadata } of items.filter(({ roleTemplateName }) => roleTemplateName === 'read-only'))
        await admin.delete(projectRoleTemplateBindings, metadata);
      await reader.page.getByText('Virtual Machines: not among what you see here').waitFor();
      await reader.goTo('Home');
      await reader.page.getByText('No cluster').waitFor();
      expect(await faults(reader)).toBe(0);
    });

    /** The server as its administrator, who has chosen a password. */
    async function signedIn(): Promise<Client> {
      const ca = await readFile(server.caFile, 'utf8');
      const asOwnerOf = (token?: string): Client =>
        createClient(httpsTransport({ server: server.url, ca, ...(token && { token: new Secret(token) }) }), {
          clock: systemClock,
        });
      const password = (await readFile(join(server.dataDir, 'server', 'bootstrap-password'), 'utf8')).trim();
      const body = { username: 'admin', password };
      const login = await asOwnerOf().post('/v3-public/localProviders/local?action=login', body);
      const client = asOwnerOf((login as { token: string }).token);
      await client.post('/v3/users?action=changepassword', { currentPassword: password, newPassword: PASSWORD });
      return client;
    }
  },
);
