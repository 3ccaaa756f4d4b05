import { simulator, type Fault, type SimulatedCall, type Simulator } from 'rxllm/testing/simulator';

const answers: Readonly<Record<string, string>> = {
  'What is an Observable?':
    'A recipe for values over time. Nothing happens until somebody subscribes; then the ' +
    'values are pushed, until the end, an error, or the moment the subscriber leaves.',
  'Why does cancellation matter?':
    'Because a model keeps talking, and you keep paying, after the reader has gone. ' +
    'Unsubscribing closes the socket, gives the slot back, and stores nothing.',
  'What is back-pressure?':
    'The reader telling the writer to slow down. RxJS has none, so text that a slow screen ' +
    'cannot take is joined into larger pieces instead of piling up token by token.',
  'Are you busy?': 'Not any more. You waited as long as the server asked you to, and no longer.',
  'Tell me a long story.':
    'Once there was a stream that broke in the middle of its best sentence. Nobody noticed, ' +
    'because another one took over, and nothing was said twice.',
  'Do you ever get stuck?':
    'The other server does, at times. Nobody waited for it: a second call was sent, and this is it.',
  'Are you well?':
    'Quite well. Whoever was ill was left in peace, and asked again when it was time.',
  'Who is faster?': 'The one whose first word you are reading. The others were hung up on.',
};

/** Both simulated model servers, and what they do wrong on purpose. */
export interface Servers {
  readonly gpt: Simulator;
  readonly claude: Simulator;
  close(): Promise<void>;
}

/** Starts the two servers: one speaks the OpenAI wire, the other one Anthropic's. */
export async function startServers(speed: number): Promise<Servers> {
  const answer = (question: string): string =>
    answers[question] ??
    'This is a simulated model, so it has no idea. Set OPENAI_API_KEY, ANTHROPIC_API_KEY, ' +
      'GEMINI_API_KEY or OLLAMA_HOST, and the same pipeline will ask a real one.';
  const pace = (firstToken: number): { firstToken: number; perToken: number } => ({
    firstToken: firstToken / speed,
    perToken: 55 / speed,
  });

  const trouble = ({ question, attempt }: SimulatedCall): Fault | undefined => {
    if (question === 'Are you busy?' && attempt === 1) {
      const wait = String(Math.ceil(1500 / speed));
      return { kind: 'status', status: 429, headers: { 'retry-after-ms': wait } };
    }
    if (question === 'Are you well?' && attempt <= 2) return { kind: 'status', status: 500 };
    if (question === 'Do you ever get stuck?') return { kind: 'stall', at: 'first-token' };
    if (question === 'Tell me a long story.') return { kind: 'close', at: 13 };
    return undefined;
  };

  const [gpt, claude] = await Promise.all([
    simulator({ answer, pace: pace(800), faults: trouble, seed: 1 }),
    simulator({ answer, pace: pace(600), seed: 2 }),
  ]);
  return {
    gpt,
    claude,
    close: async () => {
      await Promise.all([gpt.close(), claude.close()]);
    },
  };
}
