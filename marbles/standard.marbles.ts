import { LlmError, presets, prompt, standard, type RouteEvent, type WaitEvent } from 'rxllm';
import { overloadedError } from 'rxllm/testing';
import { spec } from './spec';

const route = (name: string, error?: LlmError): RouteEvent =>
  error ? { type: 'route', by: 'failover', name, error } : { type: 'route', by: 'failover', name };
const unpaid = new LlmError('fake: no credit left', { kind: 'quota-exhausted' });
const values = { 1: route('gpt'), 2: route('claude', unpaid) };
const half = { random: () => 0.5 };

export default spec('standard', {
  'asks the next provider when one fails': {
    members: { gpt: '--#', claude: '-S-aF|' },
    apply: ({ members, request }) => standard(members)(request),
    expected: '1-2S-aF|',
    subscriptions: { gpt: '^-!', claude: '--^----!' },
    values,
    errors: { '#': unpaid },
  },
  'retries a provider first': {
    members: { gpt: ['-#', '-S-aF|'], claude: '-S-bF|' },
    apply: ({ members, request }) =>
      standard(members, { ...half, retryBackoff: { throttledBase: 10 } })(request),
    expected: '1r-----S-aF|',
    subscriptions: { gpt: ['^!', '------^----!'], claude: [] },
    values: {
      1: route('gpt'),
      r: { type: 'retry', attempt: 2, delay: 5, error: overloadedError() },
    },
  },
  'waiting for a place takes nothing from the time of an attempt': {
    members: { gpt: ['S-----aF|', 'S-----bF|'] },
    apply: ({ members, request }) => {
      const ask = standard(members, {
        deadlines: { firstToken: 7 },
        limitConcurrency: { max: 1 },
      });
      return { first: ask(request), second: ask(request) };
    },
    expected: {
      first: '  (1S)--aF|',
      second: ' (1w)----S-----bF|',
    },
    values: {
      ...values,
      w: { type: 'wait', by: 'limitConcurrency', ahead: 0 } satisfies WaitEvent,
    },
  },
  'an answer from the cache passes no limit': {
    members: { gpt: ['S-----a-bF|', 'S-cF|'] },
    apply: ({ members, request }) => {
      const ask = standard(members, { presets: [presets.chat], limitConcurrency: { max: 1 } });
      return { first: ask(request), same: ask(request), other: ask(prompt('other')) };
    },
    expected: {
      first: '  (1S)--a-bF|',
      same: '   (jS)--a-bF|',
      other: '  (1w)------S-cF|',
    },
    values: {
      ...values,
      j: { type: 'cache', status: 'joined', age: 0 },
      w: { type: 'wait', by: 'limitConcurrency', ahead: 0 },
    },
  },
});
