import { LlmError, raceFirstToken, type RouteEvent, type RouteLoser } from 'rxllm';
import { finish, overloadedError } from 'rxllm/testing';
import { spec } from './spec';

const overloaded = overloadedError();
const route = (name: string, loser: RouteLoser): RouteEvent => ({
  type: 'route',
  by: 'raceFirstToken',
  name,
  losers: [loser],
});
const empty = new LlmError('raceFirstToken: gpt ended without any output', {
  kind: 'truncated',
  provider: 'gpt',
});
const refusal = finish({ reason: 'content-filter', refusal: 'No.' });

export default spec('raceFirstToken', {
  'the first output wins, and the others are aborted': {
    members: { gpt: '--S------a-b', claude: 'S--c----dF|' },
    apply: ({ members, request }) => raceFirstToken(members)(request),
    expected: '---(2Sc)dF|',
    subscriptions: { gpt: '^--!', claude: '^---------!' },
    values: { 2: route('claude', { name: 'gpt' }) },
  },
  'an error never wins': {
    members: { gpt: '-#', claude: '--S-c----F|' },
    apply: ({ members, request }) => raceFirstToken(members)(request),
    expected: '----(2Sc)F|',
    values: { 2: route('claude', { name: 'gpt', error: overloaded }) },
  },
  'an empty end never wins': {
    members: { gpt: 'SF|', claude: '--S-c----F|' },
    apply: ({ members, request }) => raceFirstToken(members)(request),
    expected: '----(2Sc)F|',
    values: { 2: route('claude', { name: 'gpt', error: empty }) },
  },
  'a refusal answers when no other member has any output': {
    members: { gpt: 'Sr|', claude: '----#' },
    apply: ({ members, request }) => raceFirstToken(members)(request),
    expected: '----(1Sr|)',
    values: { 1: route('gpt', { name: 'claude', error: overloaded }), r: refusal },
  },
  'shows every failure when all members have failed': {
    members: { gpt: '--#', claude: '-#' },
    apply: ({ members, request }) => raceFirstToken(members)(request),
    expected: '--#',
    errors: {
      expected: new LlmError(
        'raceFirstToken: every member failed: gpt (overloaded), claude (overloaded); see errors',
        { kind: 'exhausted', errors: [overloaded, overloaded] },
      ),
    },
  },
  'the winner may still fail': {
    members: { gpt: 'S-a----#', claude: '-------S-cF|' },
    apply: ({ members, request }) => raceFirstToken(members)(request),
    expected: '--(1Sa)#',
    subscriptions: { gpt: '^------!', claude: '^-!' },
    values: { 1: route('gpt', { name: 'claude' }) },
  },
  'leaving aborts all members': {
    members: { gpt: '--S------a-b', claude: 'S-----c----dF|' },
    apply: ({ members, request }) => raceFirstToken(members)(request),
    expected: '----',
    subscriptions: { gpt: '^--!', claude: '^--!' },
    unsubscribe: '^--!',
  },
});
