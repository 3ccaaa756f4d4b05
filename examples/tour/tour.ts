import { prompt, type Handler } from 'rxllm';
import pc from 'picocolors';
import {
  delay,
  distinctUntilChanged,
  filter,
  map,
  mergeMap,
  startWith,
  take,
  takeUntil,
  type Observable,
} from 'rxjs';
import { callView, newView, type CallView } from './call-view';
import { summary } from './panels';
import { composePipelines, OPEN_FOR, type Pipelines } from './pipeline';
import type { Screen } from './screen';
import { startServers } from './servers';
import { timeline } from './timeline';

interface Scene {
  readonly title: string;
  readonly story: string;
  readonly calls: readonly {
    readonly title: string;
    readonly question: string;
    readonly ask: Handler;
    /** Asks it with its first value; without, it is asked at once. */
    readonly when$?: Observable<unknown>;
  }[];
  /** What else is to be said at its end. */
  readonly moral?: () => string;
}

/** Shows the composed pipeline at work on two simulated servers. */
export async function tour(
  screen: Screen,
  speed: number,
  interrupt$: Observable<unknown>,
): Promise<void> {
  const servers = await startServers(speed);
  let interrupted = false;
  const interruption = interrupt$.subscribe(() => (interrupted = true));
  const seen: CallView[] = [];
  try {
    const scenes = writeScenes(composePipelines(servers, speed), speed);
    for (const [index, { title, story, calls, moral }] of scenes.entries()) {
      screen.print(`\n${pc.bold(`${String(index + 1)}. ${title}`)}\n${pc.dim(story)}`);
      const views = await screen.show(
        calls.map(({ title, question, ask, when$ }) => {
          const asked = callView(title, ask(prompt(question)));
          const view$ = when$?.pipe(
            take(1),
            mergeMap(() => asked),
            startWith(newView(title, 'later')),
          );
          return (view$ ?? asked).pipe(takeUntil(interrupt$));
        }),
      );
      if (interrupted) return;
      seen.push(...views);
      if (moral) screen.print(pc.dim(moral()));
    }
    screen.print(`\n${pc.bold('What it took')}\n${summary(seen, screen.width)}`);
    screen.print(`\n${pc.bold('What happened')}\n${timeline(seen, screen.width)}`);
    const { calls, aborted } = total(servers.gpt.ledger.totals, servers.claude.ledger.totals);
    const asked = `The servers saw ${String(calls)} requests for ${String(seen.length)} questions.`;
    // A server that was very fast may have said all by then.
    const lost = aborted > 0 ? '\nThose that lost a race were aborted.' : '';
    screen.print(pc.dim(`\n${asked}${lost}`));
  } finally {
    interruption.unsubscribe();
    await servers.close();
  }
}

function total(...totals: readonly { readonly calls: number; readonly aborted: number }[]) {
  return {
    calls: totals.reduce((sum, { calls }) => sum + calls, 0),
    aborted: totals.reduce((sum, { aborted }) => sum + aborted, 0),
  };
}

function writeScenes(pipelines: Pipelines, speed: number): readonly Scene[] {
  const { ask, race, hedged, guarded, breaker } = pipelines;
  const phases: string[] = [];
  const phase$ = breaker.state$.pipe(
    map(({ state }) => state),
    distinctUntilChanged(),
  );
  phase$.subscribe((phase) => phases.push(phase));
  const open$ = phase$.pipe(filter((phase) => phase === 'open'));
  return [
    {
      title: 'Three questions, two at a time',
      story: 'limitConcurrency({ max: 2 }): the third one has to wait.',
      calls: [
        { title: 'observable', question: 'What is an Observable?', ask },
        { title: 'cancellation', question: 'Why does cancellation matter?', ask },
        { title: 'back-pressure', question: 'What is back-pressure?', ask },
      ],
    },
    {
      title: 'A busy server',
      story: 'retryBackoff: the server says 429 and when to come back.',
      calls: [{ title: 'retry', question: 'Are you busy?', ask }],
    },
    {
      title: 'A server that dies in mid-sentence',
      story: 'failover: what was said is taken back, another one answers.',
      calls: [{ title: 'failover', question: 'Tell me a long story.', ask }],
    },
    {
      title: 'A race',
      story: 'raceFirstToken: the first word wins, the other is aborted.',
      calls: [{ title: 'race', question: 'Who is faster?', ask: race }],
    },
    {
      title: 'A server that gets stuck',
      story: 'hedge: when the first says nothing for a while, the second is asked too.',
      calls: [{ title: 'hedge', question: 'Do you ever get stuck?', ask: hedged }],
    },
    {
      title: 'A server that is ill',
      story: 'circuitBreaker: after two failures it is left in peace; a probe finds it well again.',
      calls: [
        { title: 'failure', question: 'Are you well?', ask: guarded },
        { title: 'again', question: 'Are you well?', ask: guarded },
        { title: 'open', question: 'Are you well?', ask: guarded, when$: open$ },
        {
          title: 'probe',
          question: 'Are you well?',
          ask: guarded,
          when$: open$.pipe(delay((OPEN_FOR * 1.2) / speed)),
        },
      ],
      moral: () => `The breaker was ${phases.join(' → ')}.`,
    },
    {
      title: 'The same question again',
      story: 'cache: no request, no wait, no cost.',
      calls: [{ title: 'cache', question: 'What is an Observable?', ask }],
    },
  ];
}
