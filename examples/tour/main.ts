import { coalesce, prompt } from 'rxllm';
import { fromEvent, share, takeUntil, type Observable } from 'rxjs';
import { readArguments, usage, UsageError, type TourArguments } from './arguments';
import { callView } from './call-view';
import { summary } from './panels';
import { composePipelines } from './pipeline';
import { realModels } from './real-model';
import { createScreen, type Screen } from './screen';
import { startServers } from './servers';
import { timeline } from './timeline';
import { tour } from './tour';

/** Asks one question, of a real model where one is set; returns the exit code. */
async function askOne(
  screen: Screen,
  { question = '', model, speed }: TourArguments,
  interrupt$: Observable<unknown>,
): Promise<number> {
  const real = realModels(model, process.env);
  const servers = real ? undefined : await startServers(speed);
  try {
    const ask = real ?? composePipelines(servers!, speed).ask;
    const answer$ = ask(prompt(question)).pipe(coalesce({ span: 50, boundary: 'word' }));
    const views = await screen.show([callView(question, answer$).pipe(takeUntil(interrupt$))]);
    if (views[0]?.state !== 'done') return 1;
    screen.print(
      `${summary(views, screen.width)}\n${timeline(
        views.map((view) => ({ ...view, title: 'events' })),
        screen.width,
      )}`,
    );
    return 0;
  } finally {
    await servers?.close();
  }
}

async function main(): Promise<number> {
  const options = readArguments(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return 0;
  }
  let interrupted = false;
  // Listened to until the end: whoever restores the cursor would kill a process that nobody guards.
  const interrupt$ = fromEvent(process, 'SIGINT').pipe(share());
  const subscription = interrupt$.subscribe(() => (interrupted = true));
  // `npm start | head`: whoever read this has left.
  process.stdout.on('error', () => process.exit(0));
  const screen = createScreen(process.stdout);
  let code = 0;
  if (options.question === undefined) await tour(screen, options.speed, interrupt$);
  else code = await askOne(screen, options, interrupt$);
  subscription.unsubscribe();
  if (!interrupted) return code;
  screen.print('Aborted: every request was cancelled.');
  return 130;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message.replace(/\s+/g, ' ')} (--help shows how)`);
  process.exitCode = 2;
}
