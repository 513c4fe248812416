import {
  type ClusterRoleTemplateBinding,
  clusterRoleTemplateBindings,
  type GlobalRoleBinding,
  globalRoleBindings,
  type JsonObject,
  type KubeObject,
} from '@drover/api';
import { NAME_ALPHABET, type RandomBytes, randomText } from '@drover/kit';
import { readObject, requiredText, textField } from '../front/body.js';
import type { Answer, SignedIn } from '../front/exchange.js';
import type { ClusterProxy } from '../proxy/cluster-proxy.js';
import { baseOf, type NormanApi } from './norman-api.js';
import { NormanError } from './norman-error.js';
import { type NormanType, resourceDocument } from './resource.js';

/** Bindings of users and groups to roles, made in the caller's name. */
export class BindingRoutes {
  constructor(
    private readonly parts: { readonly norman: NormanApi; readonly proxy: ClusterProxy; readonly random: RandomBytes },
  ) {}

  /** `POST /v3/globalrolebindings {globalRoleId, userId | groupPrincipalId}` */
  async createGlobal(exchange: SignedIn): Promise<Answer> {
    const body = await readObject(exchange.request);
    const object: GlobalRoleBinding = {
      apiVersion: 'management.cattle.io/v3',
      kind: 'GlobalRoleBinding',
      metadata: { name: this.#name('grb-') },
      globalRoleName: requiredText(body, 'globalRoleId'),
      ...subjectOf(body),
    };
    const made = await this.parts.norman.asUser(exchange.caller).create(globalRoleBindings, object);
    return { status: 201, json: resourceDocument(this.#type('globalrolebindings'), made, baseOf(exchange)) };
  }

  /** `POST /v3/clusterroletemplatebindings {clusterId, roleTemplateId, userId | userPrincipalId | groupPrincipalId}` */
  async createForCluster(exchange: SignedIn): Promise<Answer> {
    const body = await readObject(exchange.request);
    const { id } = await this.parts.proxy.visible(exchange.caller, requiredText(body, 'clusterId'));
    const object: ClusterRoleTemplateBinding = {
      apiVersion: 'management.cattle.io/v3',
      kind: 'ClusterRoleTemplateBinding',
      metadata: { name: this.#name('crtb-'), namespace: id },
      clusterName: id,
      roleTemplateName: requiredText(body, 'roleTemplateId'),
      ...subjectOf(body),
    };
    const made = await this.parts.norman.asUser(exchange.caller).create(clusterRoleTemplateBindings, object);
    return { status: 201, json: resourceDocument(this.#type('clusterroletemplatebindings'), made, baseOf(exchange)) };
  }

  #name(prefix: string): string {
    return `${prefix}${randomText(5, this.parts.random, NAME_ALPHABET)}`;
  }

  #type(name: string): NormanType<KubeObject> {
    const type = this.parts.norman.type(name);
    if (type === undefined) throw new Error(`the table of types has no ${name}`);
    return type;
  }
}

const LOCAL_USER = /^local:\/\/(.+)$/;

function subjectOf(body: JsonObject): { userName: string } | { groupPrincipalName: string } {
  const principal = textField(body, 'userPrincipalId');
  const local = LOCAL_USER.exec(principal ?? '')?.[1];
  if (principal && local === undefined) {
    throw new NormanError('InvalidReference', 'only local users can be bound: local://u-…', {
      fieldName: 'userPrincipalId',
    });
  }
  const userName = textField(body, 'userId') || local;
  if (userName) return { userName };
  const group = textField(body, 'groupPrincipalId');
  if (group) return { groupPrincipalName: group };
  throw new NormanError('MissingRequired', 'userId, userPrincipalId or groupPrincipalId is required', {
    fieldName: 'userId',
  });
}
