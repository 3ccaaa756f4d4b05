import { LlmError, raceFirstToken, type RouteEvent } from 'rxllm';
import { finish, overloadedError } from 'rxllm/testing';
import { spec } from './spec';

const route = (name: string): RouteEvent => ({ type: 'route', by: 'raceFirstToken', name });
const overloaded = overloadedError();
const refusal = finish({ reason: 'content-filter', refusal: 'No.' });

export default spec('raceFirstToken', {
  'the first output wins, and the others are aborted': {
    members: { gpt: '--S------a-b', claude: 'S--c----dF|' },
    apply: ({ members, request }) => raceFirstToken(members)(request),
    expected: '---(2Sc)dF|',
    subscriptions: { gpt: '^--!', claude: '^---------!' },
    values: { 2: route('claude') },
  },
  'an error never wins': {
    members: { gpt: '-#', claude: '--S-c----F|' },
    apply: ({ members, request }) => raceFirstToken(members)(request),
    expected: '----(2Sc)F|',
    values: { 2: route('claude') },
  },
  'an empty end never wins': {
    members: { gpt: 'SF|', claude: '--S-c----F|' },
    apply: ({ members, request }) => raceFirstToken(members)(request),
    expected: '----(2Sc)F|',
    values: { 2: route('claude') },
  },
  'a refusal answers when no other member has any output': {
    members: { gpt: 'Sr|', claude: '----#' },
    apply: ({ members, request }) => raceFirstToken(members)(request),
    expected: '----(1Sr|)',
    values: { 1: route('gpt'), r: refusal },
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
    values: { 1: route('gpt') },
  },
  'leaving aborts all members': {
    members: { gpt: '--S------a-b', claude: 'S-----c----dF|' },
    apply: ({ members, request }) => raceFirstToken(members)(request),
    expected: '----',
    subscriptions: { gpt: '^--!', claude: '^--!' },
    unsubscribe: '^--!',
  },
});
