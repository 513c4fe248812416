import { type Functions, functionsOf } from '../declaration.js';
import { AUTHORIZATION } from './authorizer.js';
import { FORMAT } from './format.js';
import { LISTS } from './lists.js';
import { NET } from './net.js';
import { OPERATORS } from './operators.js';
import { OPTIONAL } from './optional.js';
import { QUANTITY } from './quantity.js';
import { REGEX } from './regex.js';
import { SETS } from './sets.js';
import { STANDARD } from './standard.js';
import { STRINGS } from './strings.js';
import { TIME } from './time.js';
import { URLS } from './url.js';

/** What expressions may call in Kubernetes 1.32 (apiserver cel/environment). */
export const KUBERNETES_FUNCTIONS: Functions = functionsOf(
  OPERATORS,
  STANDARD,
  TIME,
  STRINGS,
  SETS,
  OPTIONAL,
  LISTS,
  REGEX,
  URLS,
  QUANTITY,
  NET,
  FORMAT,
  AUTHORIZATION,
);
