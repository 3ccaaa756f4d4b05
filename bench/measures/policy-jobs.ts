/** Policies and wrappers that do the same job, by the file and the name of their guards. */
export interface Job {
  readonly id: string;
  readonly title: string;
  /** Shown name to file and guard in `programs/policies`; the first one is the baseline. */
  readonly guards: Readonly<Record<string, readonly [file: string, guard: string]>>;
  readonly notes?: Readonly<Record<string, string>>;
  /** The guard of ours that does what those of the peers do, where it is not the first. */
  readonly own?: string;
}

export const jobs: readonly Job[] = [
  {
    id: 'retry',
    title: 'retries, of which none is needed',
    guards: {
      'rxllm retryBackoff': ['rxllm', 'retryBackoff'],
      'cockatiel retry': ['cockatiel', 'retry'],
      'p-retry': ['queues', 'p-retry'],
      'LangChain withRetry': ['langchain', 'withRetry'],
    },
    notes: { 'LangChain withRetry': 'guards `invoke`; a stream passes it by unguarded' },
  },
  {
    id: 'breaker',
    title: 'a circuit breaker, closed',
    guards: {
      'rxllm circuitBreaker': ['rxllm', 'circuitBreaker'],
      'cockatiel circuitBreaker': ['cockatiel', 'circuitBreaker'],
      opossum: ['opossum', 'breaker'],
    },
  },
  {
    id: 'timeout',
    title: 'timeouts, of which none passes',
    guards: {
      'rxllm deadlines': ['rxllm', 'deadlines'],
      'cockatiel timeout': ['cockatiel', 'timeout'],
      'opossum with timeout': ['opossum', 'breaker with timeout'],
    },
    notes: {
      'rxllm deadlines': 'keeps four: connect, first token, idle and total',
      'opossum with timeout': 'its breaker and its timeout together',
    },
  },
  {
    id: 'concurrency',
    title: 'a limit of concurrency, with room',
    guards: {
      'rxllm limitConcurrency': ['rxllm', 'limitConcurrency'],
      'rxllm adaptConcurrency': ['rxllm', 'adaptConcurrency'],
      'rxllm admission': ['rxllm', 'admission'],
      'cockatiel bulkhead': ['cockatiel', 'bulkhead'],
      'p-queue': ['queues', 'p-queue, concurrency'],
      bottleneck: ['queues', 'bottleneck, maxConcurrent'],
    },
    notes: { bottleneck: 'sets a timer for each call, so that most of it is the event loop' },
  },
  {
    id: 'rate',
    title: 'a limit of the rate, with room',
    guards: {
      'rxllm limitRate': ['rxllm', 'limitRate'],
      'rxllm limitRate with tokens': ['rxllm', 'limitRate, tokens too'],
      'rxllm cooldown': ['rxllm', 'cooldown'],
      'p-queue interval': ['queues', 'p-queue, interval'],
      'bottleneck reservoir': ['queues', 'bottleneck, reservoir'],
      'rate-limiter-flexible memory': ['queues', 'rate-limiter-flexible, memory'],
      'rate-limiter-flexible queue': ['queues', 'rate-limiter-flexible, queue'],
    },
    notes: {
      'bottleneck reservoir': 'sets a timer for each call, so that most of it is the event loop',
    },
  },
  {
    id: 'several',
    title: 'several providers, of which the first to say something answers',
    guards: {
      'rxllm failover': ['rxllm', 'failover'],
      'rxllm loadBalance': ['rxllm', 'loadBalance'],
      'rxllm hedge': ['rxllm', 'hedge'],
      'rxllm raceFirstToken': ['rxllm', 'raceFirstToken'],
      'cockatiel fallback': ['cockatiel', 'fallback'],
      'LangChain withFallbacks (invoke)': ['langchain', 'withFallbacks, invoke'],
      'LangChain withFallbacks (stream)': ['langchain', 'withFallbacks, stream'],
    },
    notes: {
      'rxllm raceFirstToken': 'two calls are begun, and one of them is aborted',
      'LangChain withFallbacks (stream)':
        'falls back until the first chunk; each chunk passes through the runnable and its tracers',
    },
  },
  {
    id: 'cache',
    title: 'a cache, with one short question',
    guards: {
      'rxllm cache miss': ['rxllm', 'cache, miss'],
      'rxllm cache hit': ['rxllm', 'cache, hit'],
      'opossum cache hit': ['opossum', 'cache, hit'],
    },
    own: 'rxllm cache hit',
    notes: {
      'rxllm cache hit': 'in place of the bare call, whose cost is taken off',
      'opossum cache hit': 'in place of the bare call, whose cost is taken off; with its breaker',
    },
  },
  {
    id: 'layer',
    title: 'a layer of one’s own that passes everything on',
    guards: {
      'rxllm layer of three lines': ['rxllm', 'own policy'],
      'AI SDK wrapLanguageModel': ['ai-sdk', 'wrapLanguageModel'],
    },
    notes: { 'AI SDK wrapLanguageModel': '`wrapStream` with a TransformStream, as in its guide' },
  },
  {
    id: 'all',
    title: 'all layers together',
    guards: {
      'rxllm standard': ['rxllm', 'standard'],
      'rxllm standard with all layers': ['rxllm', 'standard with all layers'],
      'cockatiel wrap': ['cockatiel', 'wrap of all, with rate-limiter-flexible'],
    },
    notes: {
      'rxllm standard': 'deadlines, breaker, concurrency, cooldown, retries, failover',
      'rxllm standard with all layers': 'limitRate, admission and cache (a miss) as well',
      'cockatiel wrap':
        'timeout, breaker, bulkhead, retry, fallback, and a limit of rate-limiter-flexible',
    },
  },
];
