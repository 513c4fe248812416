import { type CelType, DYN, listOf, mapOf, opaque, optionalOf, scalar } from './type.js';
import {
  CelList,
  CelMap,
  type CelOpaque,
  CelOptional,
  CelUint,
  type CelValue,
  Duration,
  Timestamp,
  TypeValue,
} from './value.js';

/** One parameter of a function: its type for the checker, and which values it takes when the expression is evaluated. */
export interface Parameter<V extends CelValue = CelValue> {
  readonly type: CelType;
  readonly takes: (value: CelValue) => value is V;
}

type Values<P extends readonly Parameter[]> = { [I in keyof P]: P[I] extends Parameter<infer V> ? V : never };

/** A function for parameters of certain types. */
export interface Overload {
  /** cel-go's name for it: what costs are found by. */
  readonly id: string;
  readonly isMember: boolean;
  /** The target of a member comes first. */
  readonly parameters: readonly CelType[];
  readonly result: CelType;
  /**
   * What finds the function's value for these arguments, and throws EvaluationError when there is none; `undefined` when it
   * is not for values of these types. It runs nothing itself, so that a call is paid before it is made.
   */
  readonly callOn: (args: readonly CelValue[]) => (() => CelValue) | undefined;
}

/** The overloads of each function, by name. */
export type Functions = ReadonlyMap<string, readonly Overload[]>;

/** A function that is called on its first parameter: `a.startsWith(b)`. */
export const member = <const P extends readonly Parameter[]>(
  id: string,
  parameters: P,
  result: CelType,
  evaluate: (...args: Values<P>) => CelValue,
): Overload => overload(true, id, parameters, result, evaluate);

/** A function that is called by its name alone: `size(a)`. */
export const global = <const P extends readonly Parameter[]>(
  id: string,
  parameters: P,
  result: CelType,
  evaluate: (...args: Values<P>) => CelValue,
): Overload => overload(false, id, parameters, result, evaluate);

function overload<P extends readonly Parameter[]>(
  isMember: boolean,
  id: string,
  parameters: P,
  result: CelType,
  evaluate: (...args: Values<P>) => CelValue,
): Overload {
  const takesAll = (args: readonly CelValue[]): boolean =>
    args.length === parameters.length && args.every((value, index) => parameters[index]?.takes(value));
  const areTaken = (args: unknown): args is Values<P> => takesAll(args as readonly CelValue[]);
  return {
    id,
    isMember,
    parameters: parameters.map(({ type }) => type),
    result,
    callOn: (args) => (areTaken(args) ? () => evaluate(...args) : undefined),
  };
}

/** Puts libraries together: a function may have overloads in several. */
export function functionsOf(...libraries: readonly (readonly (readonly [string, readonly Overload[]])[])[]): Functions {
  const functions = new Map<string, readonly Overload[]>();
  for (const [name, overloads] of libraries.flat()) functions.set(name, [...(functions.get(name) ?? []), ...overloads]);
  return functions;
}

/** A library: functions by name. */
export type Library = readonly (readonly [name: string, overloads: readonly Overload[]])[];

const parameter = <V extends CelValue>(type: CelType, takes: (value: CelValue) => value is V): Parameter<V> => ({
  type,
  takes,
});

export const dyn = parameter(DYN, (_value): _value is CelValue => true);
export const bool = parameter(scalar('bool'), (value): value is boolean => typeof value === 'boolean');
export const int = parameter(scalar('int'), (value): value is bigint => typeof value === 'bigint');
export const uint = parameter(scalar('uint'), (value): value is CelUint => value instanceof CelUint);
export const double = parameter(scalar('double'), (value): value is number => typeof value === 'number');
export const string = parameter(scalar('string'), (value): value is string => typeof value === 'string');
export const bytes = parameter(scalar('bytes'), (value): value is Uint8Array => value instanceof Uint8Array);
export const timestamp = parameter(scalar('timestamp'), (value): value is Timestamp => value instanceof Timestamp);
export const duration = parameter(scalar('duration'), (value): value is Duration => value instanceof Duration);
export const type = parameter({ kind: 'type', of: DYN }, (value): value is TypeValue => value instanceof TypeValue);

/** Anything, of a type that other parameters and the result may share. */
export const any = (name: string): Parameter => ({ type: { kind: 'parameter', name }, takes: dyn.takes });

/** A list of what the parameter takes; its elements are not looked at when it is called. */
export const list = (element: Parameter): Parameter<CelList> => parameter(listOf(element.type), isList);
const isList = (value: CelValue): value is CelList => value instanceof CelList;

/** A map of what the parameters take. */
export const map = (key: Parameter, value: Parameter): Parameter<CelMap> =>
  parameter(mapOf(key.type, value.type), (given): given is CelMap => given instanceof CelMap);

/** A value that may be absent. */
export const optional = (of: Parameter): Parameter<CelOptional> =>
  parameter(optionalOf(of.type), (value): value is CelOptional => value instanceof CelOptional);

/** A value of a class that only functions look into. */
export const instance = <V extends CelOpaque>(name: string, of: abstract new (...args: never[]) => V): Parameter<V> =>
  parameter(opaque(name), (value): value is V => value instanceof of);
