import {
  dnsSubdomain,
  duplicate,
  forbiddenField,
  invalidTyped,
  notSupported,
  pathSegment,
  required,
  type StatusCause,
} from '@drover/api';
import type { ParamRef, ValidatingAdmissionPolicyBinding } from '@drover/api/types/admissionregistration-v1';
import type { Strategy } from '../catalog/strategy.js';
import { inner, loose } from './absent.js';
import { selectorCauses } from './label-selector.js';
import { fillMatchResources, matchResourceCauses } from './match-resources.js';
import { counted } from './plain.js';

const NOT_FOUND_ACTIONS = ['Deny', 'Allow'];

/** What puts a policy in force: for which requests, with which parameters, and what is done about a failure. */
export const validatingAdmissionPolicyBinding: Strategy = {
  ...counted,
  fill: (object) => fillMatchResources(inner(loose(object), 'spec', 'matchResources')),
  validate: (object) => bindingCauses(object as ValidatingAdmissionPolicyBinding),
};

function bindingCauses({ spec = {} }: ValidatingAdmissionPolicyBinding): StatusCause[] {
  const { policyName = '', paramRef, matchResources, validationActions = [] } = spec;
  const why = policyName === '' ? undefined : dnsSubdomain(policyName);
  return [
    ...(policyName === '' ? [required('spec.policyName')] : []),
    ...(why === undefined ? [] : [invalidTyped('spec.policyName', policyName, why)]),
    ...(paramRef === undefined ? [] : paramRefCauses(paramRef)),
    ...(matchResources === undefined ? [] : matchResourceCauses(matchResources, 'spec.matchResources')),
    ...actionCauses(validationActions),
  ];
}

function paramRefCauses({ name = '', selector, parameterNotFoundAction = '' }: ParamRef): StatusCause[] {
  const at = 'spec.paramRef';
  const causes: StatusCause[] = [];
  const why = name === '' ? undefined : pathSegment(name);
  if (why !== undefined) causes.push(invalidTyped(`${at}.name`, name, why));
  const both = name !== '' && selector !== undefined;
  if (both) causes.push(forbiddenField(`${at}.name`, 'name and selector are mutually exclusive'));
  causes.push(...selectorCauses(selector, `${at}.selector`));
  if (both) causes.push(forbiddenField(`${at}.selector`, 'name and selector are mutually exclusive'));
  if (name === '' && selector === undefined) causes.push(required(at, 'one of name or selector must be specified'));
  if (parameterNotFoundAction === '') causes.push(required(`${at}.parameterNotFoundAction`));
  else if (!NOT_FOUND_ACTIONS.includes(parameterNotFoundAction)) {
    causes.push(notSupported(`${at}.parameterNotFoundAction`, parameterNotFoundAction, NOT_FOUND_ACTIONS));
  }
  return causes;
}

function actionCauses(actions: readonly string[]): StatusCause[] {
  const at = 'spec.validationActions';
  if (actions.length === 0) return [required(at, 'at least one validation action is required')];
  const causes = actions.flatMap((action, index) =>
    actions.indexOf(action) < index ? [duplicate(`${at}[${index}]`, action)] : [],
  );
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const why =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    causes.push(invalidTyped(at, actions, why, 'admissionregistration.ValidationAction'));
  }
  return causes;
}
