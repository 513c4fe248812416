/** A type of the language, as the checker knows it. */
export type CelType =
  | { readonly kind: Scalar }
  | { readonly kind: 'list'; readonly element: CelType }
  | { readonly kind: 'map'; readonly key: CelType; readonly value: CelType }
  | { readonly kind: 'object'; readonly name: string; field(name: string): CelType | undefined }
  | { readonly kind: 'opaque'; readonly name: string; readonly parameters: readonly CelType[] }
  | { readonly kind: 'type'; readonly of: CelType }
  | { readonly kind: 'parameter'; readonly name: string };

/** `dyn` is checked when the expression is evaluated, not before. */
export type Scalar =
  | 'dyn'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration';

/** A type without parts. */
export const scalar = (kind: Scalar): CelType => SCALARS[kind];

const SCALARS: Readonly<Record<Scalar, CelType>> = {
  dyn: { kind: 'dyn' },
  null: { kind: 'null' },
  bool: { kind: 'bool' },
  int: { kind: 'int' },
  uint: { kind: 'uint' },
  double: { kind: 'double' },
  string: { kind: 'string' },
  bytes: { kind: 'bytes' },
  timestamp: { kind: 'timestamp' },
  duration: { kind: 'duration' },
};

export const DYN: CelType = SCALARS.dyn;
export const BOOL: CelType = SCALARS.bool;
export const STRING: CelType = SCALARS.string;

/** A list of elements of one type. */
export const listOf = (element: CelType): CelType => ({ kind: 'list', element });

/** A map, by keys of one type to values of one type. */
export const mapOf = (key: CelType, value: CelType): CelType => ({ kind: 'map', key, value });

/** An object with these fields, and no others. */
export const objectOf = (name: string, fields: ReadonlyMap<string, CelType>): CelType => ({
  kind: 'object',
  name,
  field: (field) => fields.get(field),
});

/** A type that only functions look into. */
export const opaque = (name: string, ...parameters: CelType[]): CelType => ({ kind: 'opaque', name, parameters });

/** A value that may be absent. */
export const optionalOf = (type: CelType): CelType => opaque('optional_type', type);

/** What an optional type is about; `undefined` for every other type. */
export const unwrapped = (type: CelType): CelType | undefined =>
  type.kind === 'opaque' && type.name === 'optional_type' ? type.parameters[0] : undefined;

/** The type as cel-go writes it in errors. */
export function typeText(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${typeText(type.element)})`;
    case 'map':
      return `map(${typeText(type.key)}, ${typeText(type.value)})`;
    case 'type':
      return `type(${typeText(type.of)})`;
    case 'opaque':
      return type.parameters.length === 0 ? type.name : `${type.name}(${type.parameters.map(typeText).join(', ')})`;
    case 'object':
    case 'parameter':
      return type.name;
    default:
      return type.kind;
  }
}

/** Whether the two are written the same. */
export const isSameType = (a: CelType, b: CelType): boolean => typeText(a) === typeText(b);
