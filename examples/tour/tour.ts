import { prompt, type Handler } from 'rxllm';
import pc from 'picocolors';
import { takeUntil, type Observable } from 'rxjs';
import { callView, type CallView } from './call-view';
import { summary } from './panels';
import { composePipelines } from './pipeline';
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
  }[];
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
    const scenes = writeScenes(composePipelines(servers));
    for (const [index, { title, story, calls }] of scenes.entries()) {
      screen.print(`\n${pc.bold(`${String(index + 1)}. ${title}`)}\n${pc.dim(story)}`);
      const views = await screen.show(
        calls.map(({ title, question, ask }) =>
          callView(title, ask(prompt(question))).pipe(takeUntil(interrupt$)),
        ),
      );
      if (interrupted) return;
      seen.push(...views);
    }
    screen.print(`\n${pc.bold('What it took')}\n${summary(seen, screen.width)}`);
    screen.print(`\n${pc.bold('What happened')}\n${timeline(seen, screen.width)}`);
    const { calls, aborted } = total(servers.gpt.ledger.totals, servers.claude.ledger.totals);
    const asked = `The servers saw ${String(calls)} requests for ${String(seen.length)} questions.`;
    // A server that was very fast may have said all by then.
    const lost = aborted > 0 ? '\nThe one that lost the race was aborted.' : '';
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

function writeScenes({ ask, race }: ReturnType<typeof composePipelines>): readonly Scene[] {
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
      title: 'The same question again',
      story: 'cache: no request, no wait, no cost.',
      calls: [{ title: 'cache', question: 'What is an Observable?', ask }],
    },
  ];
}
