declare const brand: unique symbol;

/** A type that only its one parser can make: `type RowIndex = Brand<number, 'RowIndex'>`. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
