import { dns1035Label, dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '../../names.js';
import { hasFormat } from '../../schema/format.js';
import { global, instance, type Library, list, member, optional, string } from '../declaration.js';
import { ArrayList, CelOpaque, CelOptional } from '../value.js';
import { parseUrl, UrlError } from './url.js';

/** A form that texts may have, by name. */
export class CelFormat extends CelOpaque {
  override readonly typeName = 'kubernetes.NamedFormat';

  constructor(
    readonly name: string,
    /** How long a pattern for it would be: what a look at a text costs depends on it. */
    readonly patternLength: number,
    readonly fault: (text: string) => string | undefined,
  ) {
    super();
  }

  override equals(other: CelOpaque): boolean {
    return other instanceof CelFormat && other.name === this.name;
  }
}

/** A prefix may end with a dash: something is put behind it. */
const prefix =
  (rule: (text: string) => string | undefined) =>
  (text: string): string | undefined =>
    rule(text.endsWith('-') ? `${text.slice(0, -1)}a` : text);

const formatted =
  (name: string, message: string) =>
  (text: string): string | undefined =>
    hasFormat(text, name) ? undefined : message;

function uriFault(text: string): string | undefined {
  try {
    parseUrl(text);
    return undefined;
  } catch (error) {
    if (error instanceof UrlError) return error.message;
    throw error;
  }
}

/** Lengths as Kubernetes estimates them, of the patterns of govalidator and strfmt where a form has one. */
const FORMATS: ReadonlyMap<string, CelFormat> = new Map(
  [
    new CelFormat('dns1123Label', 30, dnsLabel),
    new CelFormat('dns1123Subdomain', 60, dnsSubdomain),
    new CelFormat('dns1035Label', 30, dns1035Label),
    new CelFormat('qualifiedName', 60, qualifiedName),
    new CelFormat('dns1123LabelPrefix', 30, prefix(dnsLabel)),
    new CelFormat('dns1123SubdomainPrefix', 60, prefix(dnsSubdomain)),
    new CelFormat('dns1035LabelPrefix', 30, prefix(dns1035Label)),
    new CelFormat('labelValue', 40, labelValue),
    new CelFormat('uri', 1_000, uriFault),
    new CelFormat('uuid', 80, formatted('uuid', 'does not match the UUID format')),
    new CelFormat('byte', 76, formatted('byte', 'invalid base64')),
    new CelFormat('date', 100, formatted('date', 'invalid date')),
    new CelFormat('datetime', 100, formatted('date-time', 'invalid datetime')),
  ].map((format) => [format.name, format]),
);

const format = instance('kubernetes.NamedFormat', CelFormat);

/** Kubernetes' named forms of text. */
export const FORMAT: Library = [
  ...[...FORMATS.values()].map((value): Library[number] => [
    `format.${value.name}`,
    [global(`format.${value.name}`, [], format.type, () => value)],
  ]),
  [
    'format.named',
    [
      global('format-named', [string], optional(format).type, (name) => {
        const found = FORMATS.get(name);
        return found ? CelOptional.of(found) : CelOptional.none;
      }),
    ],
  ],
  [
    'validate',
    [
      member('format-validate', [format, string], optional(list(string)).type, ({ fault }, text) => {
        const why = fault(text);
        return why === undefined ? CelOptional.none : CelOptional.of(new ArrayList([why]));
      }),
    ],
  ],
];
