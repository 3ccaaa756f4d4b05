import type { ChatAnswer, ChatEvent } from 'rxllm';
import { LlmError, toAnswer } from 'rxllm';
import {
  asyncScheduler,
  catchError,
  connect,
  EMPTY,
  map,
  merge,
  of,
  scan,
  startWith,
  type Observable,
} from 'rxjs';

/** An event and when it came, in milliseconds since the call began. */
export interface TimedEvent {
  readonly at: number;
  readonly type: ChatEvent['type'] | 'error';
}

/** What a screen shows of one call. */
export interface CallView {
  readonly title: string;
  readonly state: 'running' | 'done' | 'failed';
  /** What is going on, in a few words. */
  readonly status: string;
  readonly text: string;
  /** Text that was just taken back, until the next attempt speaks. */
  readonly retracted: string;
  /** What has happened besides text, in order. */
  readonly notes: readonly string[];
  readonly events: readonly TimedEvent[];
  readonly answer?: ChatAnswer;
}

type Change =
  { readonly event: ChatEvent } | { readonly error: unknown } | { readonly answer: ChatAnswer };

/** What a screen shows of a call before anything has happened. */
export function newView(title: string, status: string): CallView {
  return { title, state: 'running', status, text: '', retracted: '', notes: [], events: [] };
}

/** Folds a call into what a screen shows of it; a failure is a state, not an error. */
export function callView(title: string, events$: Observable<ChatEvent>): Observable<CallView> {
  const begin = newView(title, 'asking');
  const startedAt = asyncScheduler.now();
  return events$.pipe(
    connect((shared) =>
      merge(
        // Its end is told by the answer, or by the lack of one.
        shared.pipe(
          map((event): Change => ({ event })),
          catchError(() => EMPTY),
        ),
        shared.pipe(
          toAnswer(),
          map((answer): Change => ({ answer })),
          catchError((error: unknown) => of<Change>({ error })),
        ),
      ),
    ),
    scan((view, change) => update(view, change, asyncScheduler.now() - startedAt), begin),
    startWith(begin),
  );
}

function update(view: CallView, change: Change, at: number): CallView {
  if ('answer' in change) return { ...view, state: 'done', status: 'done', answer: change.answer };
  if ('error' in change) {
    const { error } = change;
    const message = LlmError.is(error) ? error.message : 'an unexpected error';
    return {
      ...view,
      state: 'failed',
      status: 'failed',
      notes: [...view.notes, message],
      events: [...view.events, { at, type: 'error' }],
    };
  }
  const { event } = change;
  const next = { ...view, events: [...view.events, { at, type: event.type }] };
  const note = (text: string): CallView => ({
    ...next,
    status: text,
    notes: [...next.notes, text],
  });
  switch (event.type) {
    case 'start':
      return { ...next, status: `${event.provider} answers` };
    case 'text-delta':
      return { ...next, text: next.text + event.text, retracted: '' };
    case 'retract':
      return { ...next, status: 'takes back what it said', text: '', retracted: next.text };
    case 'retry':
      return note(
        `${kindOf(event.error)}: attempt ${String(event.attempt)} in ${seconds(event.delay)}`,
      );
    case 'route':
      if (event.by === 'raceFirstToken') return note(`${event.name} was first`);
      if (event.by === 'hedge' && event.losers) return note(`${event.name} was asked too, and won`);
      return event.error === undefined
        ? next
        : note(`${kindOf(event.error)}: over to ${event.name}`);
    case 'cache':
      return note(
        event.status === 'hit'
          ? `cache hit, saved ${seconds(event.saved ?? 0)}`
          : 'joined a call under way',
      );
    case 'wait':
      return note(
        `waits for a place, ${event.ahead === 0 ? 'first in line' : `${String(event.ahead)} ahead`}`,
      );
    default:
      return next;
  }
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function kindOf(error: unknown): string {
  return LlmError.is(error) ? error.kind : 'error';
}
