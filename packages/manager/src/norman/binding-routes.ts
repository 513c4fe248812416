import {
  type ClusterRoleTemplateBinding,
  clusterRoleTemplateBindings,
  type GlobalRoleBinding,
  globalRoleBindings,
  type JsonObject,
  type Project,
  type ProjectRoleTemplateBinding,
  projectRoleTemplateBindings,
} from '@drover/api';
import type { Informer } from '@drover/client';
import { NAME_ALPHABET, type RandomBytes, randomText } from '@drover/kit';
import { readObject, requiredText, textField } from '../front/body.js';
import type { Answer, SignedIn } from '../front/exchange.js';
import { isForeignUser } from '../identity/principal-name.js';
import { backingNamespace } from '../projects/backing-namespace.js';
import type { ClusterProxy } from '../proxy/cluster-proxy.js';
import { localUser } from '../rbac/subject.js';
import { baseOf, type NormanApi } from './norman-api.js';
import { NormanError } from './norman-error.js';
import { resourceDocument } from './resource.js';

/** Bindings of users and groups to roles, made in the caller's name. */
export class BindingRoutes {
  constructor(
    private readonly parts: {
      readonly norman: NormanApi;
      readonly proxy: ClusterProxy;
      readonly projects: Informer<Project>;
      readonly random: RandomBytes;
    },
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
    return {
      status: 201,
      json: resourceDocument(this.parts.norman.known('globalrolebindings'), made, baseOf(exchange)),
    };
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
    return {
      status: 201,
      json: resourceDocument(this.parts.norman.known('clusterroletemplatebindings'), made, baseOf(exchange)),
    };
  }

  /** `POST /v3/projectroletemplatebindings {projectId, roleTemplateId, userId | userPrincipalId | groupPrincipalId}` */
  async createForProject(exchange: SignedIn): Promise<Answer> {
    const body = await readObject(exchange.request);
    const { norman } = this.parts;
    const projectName = requiredText(body, 'projectId');
    const { metadata } = await norman.object(exchange.caller, norman.known('projects'), projectName);
    const project = this.parts.projects.get(metadata.namespace, metadata.name);
    if (project === undefined) throw new NormanError('NotFound', `project "${projectName}" does not exist`);
    const object: ProjectRoleTemplateBinding = {
      apiVersion: 'management.cattle.io/v3',
      kind: 'ProjectRoleTemplateBinding',
      metadata: { name: this.#name('prtb-'), namespace: backingNamespace(project) },
      projectName,
      roleTemplateName: requiredText(body, 'roleTemplateId'),
      ...subjectOf(body),
    };
    const made = await norman.asUser(exchange.caller).create(projectRoleTemplateBindings, object);
    return { status: 201, json: resourceDocument(norman.known('projectroletemplatebindings'), made, baseOf(exchange)) };
  }

  #name(prefix: string): string {
    return `${prefix}${randomText(5, this.parts.random, NAME_ALPHABET)}`;
  }
}

function subjectOf(
  body: JsonObject,
): { userName: string } | { userPrincipalName: string } | { groupPrincipalName: string } {
  const principal = textField(body, 'userPrincipalId');
  const local = localUser(principal ?? '');
  if (principal && local === undefined && !isForeignUser(principal)) {
    throw new NormanError('InvalidReference', 'a user is local://u-… or PROVIDER_user://…', {
      fieldName: 'userPrincipalId',
    });
  }
  const userName = textField(body, 'userId') || local;
  if (userName) return { userName };
  if (principal) return { userPrincipalName: principal };
  const group = textField(body, 'groupPrincipalId');
  if (group) return { groupPrincipalName: group };
  throw new NormanError('MissingRequired', 'userId, userPrincipalId or groupPrincipalId is required', {
    fieldName: 'userId',
  });
}
