/** One entry of `status.conditions`, as every kind of ours has them. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** An object that reports conditions. */
export interface Conditioned {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** The condition of that type, if the object reports it. */
export const condition = (object: Conditioned | undefined, type: string): Condition | undefined =>
  object?.status?.conditions?.find((each) => each.type === type);

/** Whether the object says that it is so. */
export const holds = (object: Conditioned | undefined, type: string): boolean =>
  condition(object, type)?.status === 'True';
