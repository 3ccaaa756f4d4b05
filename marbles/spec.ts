import type { ChatEvent, ChatRequest, Handler } from 'rxllm';
import type { Observable } from 'rxjs';

/*
 * A spec is data. The same data is run as a test (test/marbles.test.ts), drawn
 * (`npm run docs`) and compared with the diagrams in the docstrings (test/docs.test.ts).
 *
 * One file a public policy, combinator and view: marbles/<kebab-case-name>.marbles.ts with
 *
 *     export default spec('coalesce', {
 *       'sends the first delta at once, then at most one a span': {
 *         source: '   S-a-b--c------F|',
 *         apply: ({ source }) => source.pipe(coalesce({ span: 5 })),
 *         expected: ' S-a----x------F|',
 *         values: { x: textDelta('bc') },
 *       },
 *     });
 *
 * Diagrams are RxJS marbles in run mode: one character is one millisecond, spaces mean
 * nothing (pad with them), ' 5ms ' and ' 2s ' are time, '(ab|)' is one moment.
 * Letters: 'a' to 'z' are text deltas of that letter, and in `expected` also the plain
 * strings; 'S' is start, 'F' finish, 'R' retract, 'T' a tool call; `values` goes first. '#' is
 * a retryable LlmError of kind 'overloaded', unless `errors` says otherwise.
 *
 * The rule for docstrings: every ```text block in src/policy, src/combinator and src/view is
 * a diagram. A row is a label, which is one word or a word and a number, then the diagram; a
 * row that begins with spaces is a note. With all spaces taken out, the diagrams must be the
 * rows of one case of the spec with the same file name: its inputs in order (`requests`,
 * then `source` or `attempts` or `members`), then `expected`. A row of only '-', '^', '!' and
 * time is looked up in that case's `subscriptions` and `unsubscribe`, and may be left out.
 */

/** One diagram for every subscription, or one each: the n-th subscription gets the n-th. */
export type Diagrams = string | readonly string[];

/** By member's name. */
type MemberDiagrams = Readonly<Record<string, Diagrams>>;

/** What `apply` works with. It is made anew for each run, on the run's virtual clock. */
export interface SpecInput<Members = MemberDiagrams> {
  /** The case's `source` or `attempts` as a cold Observable. */
  readonly source: Observable<ChatEvent>;
  /** The same as a handler. */
  readonly handler: Handler;
  /** A handler each for the case's `members`. */
  readonly members: { readonly [Name in keyof Members]: Handler };
  /** A request to call a handler with. */
  readonly request: ChatRequest;
  /** The case's `requests` as a hot Observable: letter 'a' is `prompt('a')`. */
  readonly requests: Observable<ChatRequest>;
}

/** One case: what goes in, what is applied, what comes out. */
export interface SpecCase<Members = MemberDiagrams> {
  /** What a stream or a handler answers, the same to every subscription. */
  readonly source?: string;
  /** What a handler answers: the n-th subscription gets the n-th diagram. */
  readonly attempts?: readonly string[];
  /** What the named handlers of a combinator answer. */
  readonly members?: Members;
  /** Requests that come in over time; letters stand for prompts. */
  readonly requests?: string;
  /** What is tested. A record of Observables has one output row each, for several callers. */
  readonly apply: (
    input: SpecInput<Members>,
  ) => Observable<unknown> | Readonly<Record<string, Observable<unknown>>>;
  /** What comes out; a record where `apply` returns one. */
  readonly expected: string | Readonly<Record<string, string>>;
  /**
   * When the inputs are subscribed to and left, in the order of subscription, for example
   * `['^-!', '--^--!']`. A record by member where the case has `members`.
   */
  readonly subscriptions?: Diagrams | { readonly [Name in keyof Members]?: Diagrams };
  /** When the outputs are subscribed to and left, for example `'^----!'`. */
  readonly unsubscribe?: string | Readonly<Record<string, string>>;
  /**
   * Set where `apply` leaves RxJS for promises (an async iterable, a web stream) and comes
   * back: the run then lets promises settle after each moment. No timer of RxJS is virtual
   * in it.
   */
  readonly promises?: true;
  /** What letters stand for, in all rows. */
  readonly values?: Readonly<Record<string, unknown>>;
  /**
   * What '#' stands for: by row (`'1'` for the first attempt, a member's name, `'gpt 2'` for
   * its second attempt, `'expected'`), or `'#'` for all other rows.
   */
  readonly errors?: Readonly<Record<string, unknown>>;
}

/** The named cases of one public name. */
export interface Spec {
  readonly name: string;
  readonly cases: Readonly<Record<string, SpecCase>>;
}

/**
 * Declares the cases of a public name: the normal one first, then failure, cancellation,
 * and what surprises. A case's name is a sentence that a user would say.
 */
export function spec<Cases>(
  name: string,
  cases: { readonly [Title in keyof Cases]: SpecCase<Cases[Title]> },
): Spec {
  return { name, cases: cases as unknown as Record<string, SpecCase> };
}
