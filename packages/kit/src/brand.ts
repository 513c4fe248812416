declare const brand: unique symbol;

/** A `T` that cannot be passed where another brand of `T` is meant. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };
