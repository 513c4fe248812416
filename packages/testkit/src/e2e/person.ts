import type { Browser, Locator, Page } from 'playwright-core';

/** How long a step may take that waits for the cluster: an agent's start, an image's arrival, a guest's boot. */
export const CLUSTER_PACE = { timeout: 120_000 };

/** Somebody in front of a window of their own, with cookies of their own. */
export class Person {
  private constructor(
    readonly page: Page,
    private readonly url: string,
    /** What broke in the window, or was forbidden by its content security policy. */
    readonly complaints: readonly string[],
  ) {}

  /** Opens a window for somebody who is not signed in. */
  static async at(browser: Browser, url: string): Promise<Person> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) complaints.push(message.text());
    });
    return new Person(page, url, complaints);
  }

  button(name: string, within: Page | Locator = this.page): Locator {
    return within.getByRole('button', { name, exact: true });
  }

  link(name: string, within: Page | Locator = this.page): Locator {
    return within.getByRole('link', { name, exact: true });
  }

  /** An input by its label, with or without the star of one that must be filled in. */
  field(name: string, within: Page | Locator = this.page): Locator {
    return within.getByLabel(new RegExp(`^${name}\\s*\\*?$`));
  }

  /** The row of a list that is about something of this name. */
  row(name: string | RegExp): Locator {
    return this.page.getByRole('row', { name });
  }

  dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  /** The navigation of the cluster. */
  places(): Locator {
    return this.page.getByRole('navigation', { name: 'Cluster', exact: true });
  }

  /** The state beside the page's name. */
  state(name: string): Locator {
    return this.page.locator('.drover-head').getByText(name, { exact: true });
  }

  /** Gives an order from the menu of the page's object. */
  async act(name: string): Promise<void> {
    await this.button('Actions').click();
    await this.page.getByRole('menuitem', { name, exact: true }).click();
  }

  /** Gives an order from the menu of a row, or of a heading among rows. */
  async actOn(object: string, name: string): Promise<void> {
    await this.button(`Actions for ${object}`).click();
    await this.page.getByRole('menuitem', { name, exact: true }).click();
  }

  /** Goes somewhere by the hamburger menu. */
  async goTo(place: string): Promise<void> {
    await this.button('Menu').click();
    await this.page.getByRole('menuitem', { name: place, exact: true }).click();
  }

  async signIn(username: string, password: string): Promise<void> {
    await this.page.goto(this.url);
    await this.field('User name').fill(username);
    await this.field('Password').fill(password);
    await this.button('Sign in').click();
  }

  /** Chooses a password instead of the one that was given. */
  async choosePassword(given: string, own: string): Promise<void> {
    await this.field('Current password').fill(given);
    await this.field('New password').fill(own);
    await this.field('New password again').fill(own);
    await this.button('Change password').click();
    await this.page.getByRole('heading', { name: 'Home' }).waitFor();
  }

  /** Makes an image of a file, in the page of a cluster, and waits until the cluster has it. */
  async uploadImage(name: string, path: string, namespace?: string): Promise<void> {
    await this.link('Images', this.places()).click();
    await this.link('Create image').first().click();
    await this.page.getByLabel('File', { exact: true }).check();
    await this.page.locator('input[type=file]').setInputFiles(path);
    await this.field('Name').fill(name);
    if (namespace !== undefined) await this.field('Namespace').selectOption(namespace);
    await this.button('Create').click();
    await this.row(new RegExp(`Active ${name}`)).waitFor(CLUSTER_PACE);
  }

  /** Makes a machine of an image, and waits until it runs. */
  async createMachine(name: string, image: string): Promise<void> {
    await this.actOn(image, 'Create a virtual machine');
    await this.field('Name').fill(name);
    await this.field('Memory').fill('0.25');
    await this.page.getByRole('tab', { name: 'Volumes' }).click();
    await this.page.getByRole('combobox', { name: 'Image' }).waitFor();
    await this.page.getByRole('tab', { name: 'YAML' }).click();
    await this.page.getByText('kind: VirtualMachine').waitFor();
    await this.button('Create').click();
    await this.state('Running').waitFor(CLUSTER_PACE);
  }

  /** A request to the server with the window's session: the status of the answer. */
  async ask(method: string, path: string, body?: object): Promise<number> {
    const context = this.page.context();
    const csrf = (await context.cookies()).find(({ name }) => name === 'CSRF')?.value ?? '';
    const response = await context.request.fetch(new URL(path, this.url).href, {
      method,
      headers: { 'x-api-csrf': csrf },
      ...(body === undefined ? {} : { data: body }),
    });
    return response.status();
  }
}
