import { compose, failover, LlmError, retryBackoff, type RouteEvent } from 'rxllm';
import { overloadedError } from 'rxllm/testing';
import { spec } from './spec';

const route = (name: string, error?: LlmError): RouteEvent =>
  error ? { type: 'route', by: 'failover', name, error } : { type: 'route', by: 'failover', name };

const overloaded = overloadedError();
const invalid = new LlmError('fake: no such parameter', { kind: 'invalid-request' });
const values = { 1: route('gpt'), 2: route('claude', overloaded) };

export default spec('failover', {
  'takes back what a broken answer said, and asks the next member': {
    members: { gpt: '--S-a#', claude: '----S-bF|' },
    apply: ({ members, request }) => failover(members)(request),
    expected: '1-S-a(R2)S-bF|',
    subscriptions: { gpt: '^----!', claude: '-----^-------!' },
    values,
  },
  'is silent about a member that failed before it said anything': {
    members: { gpt: '--S--#', claude: '--S-bF|' },
    apply: ({ members, request }) => failover(members)(request),
    expected: '1-S--2-S-bF|',
    values,
  },
  'gives up after output when told so': {
    members: { gpt: '--S-a#', claude: '--S-bF|' },
    apply: ({ members, request }) => failover(members, { afterOutput: 'error' })(request),
    expected: '1-S-a#',
    subscriptions: { gpt: '^----!', claude: [] },
    values,
  },
  'does not ask others what all would refuse': {
    members: { gpt: '--#', claude: '--S-bF|' },
    apply: ({ members, request }) => failover(members)(request),
    expected: '1-#',
    values,
    errors: { '#': invalid },
  },
  'shows every failure when the last member has failed': {
    members: { gpt: '--#', claude: '--#' },
    apply: ({ members, request }) => failover(members)(request),
    expected: '1-2-#',
    values,
    errors: {
      expected: new LlmError(
        'failover: every member failed: gpt (overloaded), claude (overloaded); see errors',
        { kind: 'exhausted', errors: [overloaded, overloaded] },
      ),
    },
  },
  'fails over after the retries of a member': {
    members: { gpt: ['-#', '-#'], claude: '--S-bF|' },
    apply: ({ members: { gpt, claude }, request }) =>
      failover({
        gpt: compose(gpt, retryBackoff({ attempts: 2, throttledBase: 4, random: () => 0.5 })),
        claude,
      })(request),
    expected: '1r--2-S-bF|',
    subscriptions: { gpt: ['^!', '---^!'], claude: '----^-----!' },
    values: { ...values, r: { type: 'retry', attempt: 2, delay: 2, error: overloaded } },
  },
  'aborts the member that answers when the caller leaves': {
    members: { gpt: '-S-a-b-c-F|', claude: '-S-bF|' },
    apply: ({ members, request }) => failover(members)(request),
    expected: '1S-a-',
    subscriptions: { gpt: '^---!', claude: [] },
    unsubscribe: '     ^---!',
    values,
  },
});
