import { type KubeObject, type ManagementSetting, managementSettings } from '@drover/api';
import type { Informer } from '@drover/client';
import { readObject, textField } from '../front/body.js';
import { type Answer, type Exchange, ok, type SignedIn } from '../front/exchange.js';
import { COMPARED, comparedFault, settingFault } from '../setting-rules.js';
import { effectiveValue, isReadOnlySetting } from '../settings.js';
import { baseOf, type NormanApi, withSchemas } from './norman-api.js';
import { NormanError } from './norman-error.js';
import { type NormanType, resourceDocument } from './resource.js';

/** Settings, as far as they differ from other types: some are for everybody, some are for nobody to write. */
export class SettingRoutes {
  constructor(private readonly parts: { readonly norman: NormanApi; readonly settings: Informer<ManagementSetting> }) {}

  /** One of the settings that the sign-in page and agents need. */
  async readPublic(exchange: Exchange, name: string): Promise<Answer> {
    const setting = this.parts.settings.get(undefined, name);
    if (setting === undefined) throw new NormanError('NotFound', `setting "${name}" does not exist`);
    const base = baseOf(exchange);
    return withSchemas(resourceDocument(this.#type(), setting, base), base);
  }

  /** `PUT /v3/settings/:id {value}`, in the caller's name. */
  async update(exchange: SignedIn): Promise<Answer> {
    const name = exchange.params['id'] ?? '';
    await this.parts.norman.object(exchange.caller, this.#type(), name);
    if (isReadOnlySetting(name))
      throw new NormanError('PermissionDenied', `the setting "${name}" is written by the server alone`);
    const value = textField(await readObject(exchange.request), 'value') ?? '';
    const fault = settingFault(name, value) ?? this.#comparedFault(name, value);
    if (fault !== undefined) throw new NormanError('InvalidFormat', `${name} ${fault}`, { fieldName: 'value' });
    const client = this.parts.norman.asUser(exchange.caller);
    const patch = { value, customized: value !== '', source: 'db' };
    const changed = await client.patch(managementSettings, { name }, { type: 'merge', patch });
    return ok(resourceDocument(this.#type(), changed, baseOf(exchange)));
  }

  #comparedFault(name: string, value: string): string | undefined {
    const [own, other] = [name, COMPARED[name] ?? ''].map((each) => this.parts.settings.get(undefined, each));
    if (own === undefined || other === undefined) return undefined;
    return comparedFault(name, effectiveValue({ ...own, value }), effectiveValue(other));
  }

  #type(): NormanType<KubeObject> {
    const type = this.parts.norman.type('settings');
    if (type === undefined) throw new Error('the table of types has no settings');
    return type;
  }
}
