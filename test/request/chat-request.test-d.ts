import { describe, expectTypeOf, it } from 'vitest';
import type * as z from 'zod';
import type { ChatRequest } from '../../src/request/chat-request';
import type { chatRequestSchema } from '../../src/request/schema';

type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Field in keyof T]: Mutable<T[Field]> }
    : T;

describe('a chat request', () => {
  it('is what its schema parses, and nothing else', () => {
    type Parsed = z.input<typeof chatRequestSchema>;
    expectTypeOf<Mutable<ChatRequest>>().toEqualTypeOf<Mutable<Parsed>>();
    expectTypeOf<Mutable<ChatRequest>>().toEqualTypeOf<
      Mutable<z.output<typeof chatRequestSchema>>
    >();
  });
});
