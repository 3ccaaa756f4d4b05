import { LlmError, route, type RouteEvent, type RouteRule } from 'rxllm';
import { spec } from './spec';

const routed = (name: string, reason?: string): RouteEvent =>
  reason === undefined
    ? { type: 'route', by: 'route', name }
    : { type: 'route', by: 'route', name, reason };

// The request of the specs is a short question.
const rules: readonly RouteRule[] = [{ to: 'large', when: { minLength: 1000 } }, { to: 'small' }];
const broken = new Error('no such table');

export default spec('route', {
  'asks the member of the first rule that fits': {
    members: { small: 'S-----a-F|', large: 'S-bF|' },
    apply: ({ members, request }) => route(rules, members)(request),
    expected: '(1S)--a-F|',
    subscriptions: { small: '^--------!', large: [] },
    values: { 1: routed('small', 'rule 2: always') },
  },
  'asks the member that a function names': {
    members: { small: 'S-a-F|', large: 'S-----b-F|' },
    apply: ({ members, request }) =>
      route(({ messages }) => (messages.length > 0 ? 'large' : 'small'), members)(request),
    expected: '(2S)--b-F|',
    subscriptions: { small: [], large: '^--------!' },
    values: { 2: routed('large') },
  },
  'fails as the member does, and asks nobody else': {
    members: { small: '--#', large: 'S-bF|' },
    apply: ({ members, request }) => route(rules, members)(request),
    expected: '1-#',
    subscriptions: { small: '^-!', large: [] },
    values: { 1: routed('small', 'rule 2: always') },
  },
  'a request that no rule fits fails at once': {
    members: { small: 'S-a-F|', large: 'S-bF|' },
    apply: ({ members, request }) => route(rules.slice(0, 1), members)(request),
    expected: '#',
    subscriptions: { small: [], large: [] },
    errors: {
      expected: new LlmError(
        "route: no rule fits the request; add a last one without `when`, for example { to: 'small' }",
        { kind: 'invalid-request' },
      ),
    },
  },
  'a rule that throws is the error of the call': {
    members: { small: 'S-a-F|' },
    apply: ({ members, request }) => {
      const when = (): never => {
        throw broken;
      };
      return route([{ to: 'small', when }], members)(request);
    },
    expected: '#',
    subscriptions: { small: [] },
    errors: { expected: broken },
  },
  'leaving aborts the member': {
    members: { small: 'S-----a-F|', large: 'S-bF|' },
    apply: ({ members, request }) => route(rules, members)(request),
    expected: '(1S)',
    subscriptions: { small: '^--!', large: [] },
    unsubscribe: '^--!',
    values: { 1: routed('small', 'rule 2: always') },
  },
});
