import { hedge, LlmError, type RouteEvent, type RouteLoser } from 'rxllm';
import { finish, overloadedError, usage } from 'rxllm/testing';
import { of } from 'rxjs';
import { spec } from './spec';

const overloaded = overloadedError();
const invalid = new LlmError('fake: no such parameter', { kind: 'invalid-request' });
const limited = new LlmError('fake: slow down', { kind: 'rate-limited', retryAfter: 20 });
const refusal = finish({ reason: 'content-filter', refusal: 'No.' });
const route = (name: string, ...losers: readonly RouteLoser[]): RouteEvent =>
  losers.length > 0
    ? { type: 'route', by: 'hedge', name, losers }
    : { type: 'route', by: 'hedge', name };

export default spec('hedge', {
  'asks the next member when the first is slow, and the first output wins': {
    members: { gpt: '--S--------a-F|', claude: 'S-b----F|' },
    apply: ({ members, request }) => hedge(members, { delay: 4 })(request),
    expected: '------(2Sb)F|',
    subscriptions: { gpt: '^-----!', claude: '----^-------!' },
    values: { 2: route('claude', { name: 'gpt' }) },
  },
  'asks nobody else when the first one speaks in time': {
    members: { gpt: '--S-a----F|', claude: 'S-b-F|' },
    apply: ({ members, request }) => hedge(members, { delay: 5 })(request),
    expected: '----(1Sa)F|',
    subscriptions: { gpt: '^---------!', claude: [] },
    values: { 1: route('gpt') },
  },
  'the first one may still win, and shows what the other has used': {
    members: { gpt: '--S---a----F|', claude: 'Su---b' },
    apply: ({ members, request }) => hedge(members, { delay: 3 })(request),
    expected: '------(1Sa)F|',
    subscriptions: { gpt: '^-----------!', claude: '---^--!' },
    values: {
      u: usage({ inputTokens: 3 }),
      1: route('gpt', { name: 'claude', usage: { inputTokens: 3 } }),
    },
  },
  'goes on to the next one each time the delay has passed': {
    members: { gpt: '-', claude: '-', local: 'S-c----F|' },
    apply: ({ members, request }) => hedge(members, { delay: 3 })(request),
    expected: '--------(3Sc)F|',
    subscriptions: { gpt: '^-------!', claude: '---^----!', local: '------^-------!' },
    values: { 3: route('local', { name: 'gpt' }, { name: 'claude' }) },
  },
  'asks the next one at once when one has failed': {
    members: { gpt: '--#', claude: 'S-b----F|' },
    apply: ({ members, request }) => hedge(members, { delay: 9 })(request),
    expected: '----(2Sb)F|',
    subscriptions: { gpt: '^-!', claude: '--^-------!' },
    values: { 2: route('claude', { name: 'gpt', error: overloaded }) },
  },
  'a failure that all would share ends the call': {
    members: { gpt: '-----S-a', claude: '-#', local: 'S-c-F|' },
    apply: ({ members, request }) => hedge(members, { delay: 3 })(request),
    expected: '----#',
    subscriptions: { gpt: '^---!', claude: '---^!', local: [] },
    errors: { '#': invalid },
  },
  'a server that pushes back has nobody else asked': {
    members: { gpt: '--#', claude: 'S-b-F|' },
    apply: ({ members, request }) => hedge(members, { delay: 9 })(request),
    expected: '--#',
    subscriptions: { gpt: '^-!', claude: [] },
    errors: { '#': limited },
  },
  'those under way go on when a server pushes back': {
    members: { gpt: '-------S-a----F|', claude: '-#', local: 'S-c-F|' },
    apply: ({ members, request }) => hedge(members, { delay: 3 })(request),
    expected: '---------(1Sa)F|',
    subscriptions: { gpt: '^--------------!', claude: '---^!', local: [] },
    values: { 1: route('gpt', { name: 'claude', error: limited }) },
    errors: { claude: limited },
  },
  'without leave the failure goes up': {
    members: { gpt: '------#', claude: 'S-b-F|' },
    apply: ({ members, request }) => hedge(members, { delay: 3, budget: 0 })(request),
    expected: '------#',
    subscriptions: { gpt: '^-----!', claude: [] },
  },
  'a refusal is an answer, unless somebody else has one': {
    members: { gpt: '---Sr|', claude: '-----#', local: 'S-c-F|' },
    apply: ({ members, request }) => hedge(members, { delay: 3 })(request),
    expected: '--------(1Sr|)',
    subscriptions: { gpt: '^----!', claude: '---^----!', local: [] },
    values: { 1: route('gpt', { name: 'claude', error: overloaded }), r: refusal },
  },
  'shows every failure when all members have failed': {
    members: { gpt: '------#', claude: '-#' },
    apply: ({ members, request }) => hedge(members, { delay: 3 })(request),
    expected: '------#',
    subscriptions: { gpt: '^-----!', claude: '---^!' },
    errors: {
      expected: new LlmError(
        'hedge: every member failed: gpt (overloaded), claude (overloaded); see errors',
        { kind: 'exhausted', errors: [overloaded, overloaded] },
      ),
    },
  },
  'the winner may still fail': {
    members: { gpt: '-S-a----#', claude: 'S-b-F|' },
    apply: ({ members, request }) => hedge(members, { delay: of(5) })(request),
    expected: '---(1Sa)#',
    subscriptions: { gpt: '^-------!', claude: [] },
    values: { 1: route('gpt') },
  },
  'leaving aborts all members, and the wait for the next one': {
    members: { gpt: '-', claude: 'S-----', local: 'S-c-F|' },
    apply: ({ members, request }) => hedge(members, { delay: 3 })(request),
    expected: '-----',
    subscriptions: { gpt: '^----!', claude: '---^-!', local: [] },
    unsubscribe: '^----!',
  },
});
