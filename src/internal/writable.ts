/** A value that is still being put together. */
export type Writable<T> = { -readonly [Field in keyof T]: T[Field] };
