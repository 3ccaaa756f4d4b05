import { type ChatEvent, type ChatRequest, type Handler, prompt } from 'rxllm';
import { overloadedError } from 'rxllm/testing';
import { defer, type Observable, throwError } from 'rxjs';
import type { Diagrams, SpecCase, SpecInput } from './spec';
import { follow, newTrack, type Track } from './tracks';

/** What plays the diagrams of a run. */
export interface Stage {
  readonly play: (
    diagram: string,
    values: SpecCase['values'],
    error: unknown,
  ) => Observable<ChatEvent>;
  readonly playRequests: (
    diagram: string,
    values: Readonly<Record<string, ChatRequest>>,
    error: unknown,
  ) => Observable<ChatRequest>;
  readonly now: () => number;
}

/** What `apply` gets, and the tracks of what it did with it. */
export interface Inputs {
  readonly input: SpecInput;
  /** By member; that of `source` and `attempts` is `''`, that of `requests` is `'requests'`. */
  readonly rows: ReadonlyMap<string, readonly Track[]>;
}

/** Makes the inputs of a case. */
export function makeInputs(given: SpecCase, stage: Stage): Inputs {
  const rows = new Map<string, Track[]>();

  const player = (row: string, diagrams: Diagrams, labels: Labels): Observable<ChatEvent> => {
    const tracks = plan(diagrams, labels);
    rows.set(row, tracks);
    let calls = 0;
    return defer(() => {
      calls += 1;
      const track = (tracks[calls - 1] ??= again(diagrams, labels, calls));
      const error = errorOf(given, labels(calls), row === '' ? String(calls) : row);
      return follow(stage.play(track.diagram, given.values, error), track, stage.now);
    });
  };

  const playRequests = (diagram: string): Observable<ChatRequest> => {
    const track = newTrack('requests', diagram);
    rows.set('requests', [track]);
    const values = requestValues(diagram, given.values);
    return follow(
      stage.playRequests(diagram, values, errorOf(given, 'requests')),
      track,
      stage.now,
    );
  };

  const { requests, attempts, source: always } = given;
  const diagrams = attempts ?? always;
  const asked = requests === undefined ? missing('requests') : playRequests(requests);
  const source =
    diagrams === undefined
      ? missing('source or attempts')
      : player('', diagrams, sourceLabels(given));
  const members = Object.entries(given.members ?? {}).map(([name, its]): [string, Handler] => {
    const events = player(name, its, (call) => (call === 1 ? name : `${name} ${String(call)}`));
    return [name, () => events];
  });
  return {
    rows,
    input: {
      source,
      handler: () => source,
      members: Object.fromEntries(members),
      requests: asked,
      request: prompt('question'),
    },
  };
}

/** The error that '#' stands for in a row: by the first key that the case has. */
export function errorOf({ errors = {} }: SpecCase, ...keys: readonly string[]): unknown {
  const key = [...keys, '#'].find((candidate) => candidate in errors);
  return key === undefined ? overloadedError() : errors[key];
}

/** The label of the n-th subscription to a row. */
type Labels = (call: number) => string;

function sourceLabels({ attempts, requests, expected }: SpecCase): Labels {
  if (attempts === undefined) {
    return (call) => (call === 1 ? 'source' : `source ${String(call)}`);
  }
  const callers = requests !== undefined || typeof expected !== 'string';
  return (call) => `${callers ? 'call' : 'attempt'} ${String(call)}`;
}

function plan(diagrams: Diagrams, labels: Labels): Track[] {
  const each = typeof diagrams === 'string' ? [diagrams] : diagrams;
  return each.map((diagram, index) => newTrack(labels(index + 1), diagram));
}

function again(diagrams: Diagrams, labels: Labels, call: number): Track {
  if (typeof diagrams === 'string') return newTrack(labels(call), diagrams);
  throw new Error(`the case has no diagram for ${labels(call)}`);
}

function requestValues(
  diagram: string,
  values: SpecCase['values'] = {},
): Readonly<Record<string, ChatRequest>> {
  const letters = diagram.match(/[a-zA-Z]/g) ?? [];
  const prompts = Object.fromEntries(letters.map((letter) => [letter, prompt(letter)]));
  return { ...prompts, ...(values as Record<string, ChatRequest>) };
}

function missing(field: string): Observable<never> {
  return throwError(() => new Error(`the case has no ${field}, but \`apply\` uses it`));
}
