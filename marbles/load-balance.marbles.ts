import { loadBalance, prompt, type RouteEvent } from 'rxllm';
import { spec } from './spec';

const route = (name: string): RouteEvent => ({ type: 'route', by: 'loadBalance', name });
const values = { 1: route('gpt'), 2: route('claude') };
const chance = { random: () => 0 };

export default spec('loadBalance', {
  'asks who is less busy, and has been faster': {
    members: { gpt: '-S----aF|', claude: ['-S-bF|', '-S-cF|'] },
    apply: ({ members, request }) => {
      const ask = loadBalance(members, chance);
      return { first: ask(request), second: ask(request), third: ask(request) };
    },
    expected: {
      first: '  1S----aF|',
      second: ' -2S-bF|',
      third: '  -------2S-cF|',
    },
    subscriptions: { gpt: '^-------!', claude: ['-^----!', '-------^----!'] },
    unsubscribe: { second: '-^', third: '-------^' },
    values,
  },
  'takes turns when told so': {
    members: { gpt: ['-S-aF|', '-S-bF|'], claude: '-S-cF|' },
    apply: ({ members, request }) => {
      const ask = loadBalance(members, { by: 'round-robin' });
      return { first: ask(request), second: ask(request), third: ask(request) };
    },
    expected: {
      first: '  1S-aF|',
      second: ' 2S-cF|',
      third: '  1S-bF|',
    },
    values,
  },
  'leaves out a member that fails, and finds out with one call when it is back': {
    members: { gpt: ['-#', '-S----aF|', '-S-cF|'], claude: ['-S-bF|', '-S-dF|'] },
    apply: ({ members, request }) => {
      const ask = loadBalance(members, {
        by: 'least-in-flight',
        eject: { failures: 1, base: 10, cap: 10 },
      });
      return {
        first: ask(request),
        second: ask(request),
        probe: ask(request),
        other: ask(request),
        later: ask(request),
      };
    },
    expected: {
      first: '  1#',
      second: ' -----2S-bF|',
      probe: '  -----------1S----aF|',
      other: '  -------------2S-dF|',
      later: '  --------------------1S-cF|',
    },
    unsubscribe: {
      second: '-----^',
      probe: ' -----------^',
      other: ' -------------^',
      later: ' --------------------^',
    },
    values,
  },
  'passes on how the one that was asked failed, and asks nobody else': {
    members: { gpt: '-S-a#', claude: [] },
    apply: ({ members, request }) => loadBalance(members, chance)(request),
    expected: '1S-a#',
    subscriptions: { gpt: '^---!', claude: [] },
    values,
  },
  'a call that is left counts no longer': {
    members: { gpt: ['-S-a-F|', '-S-cF|'], claude: '-S----bF|' },
    apply: ({ members, request }) => {
      const ask = loadBalance(members, { by: 'least-in-flight' });
      return { first: ask(request), second: ask(request), third: ask(request) };
    },
    expected: {
      first: '  1S-a',
      second: ' -2S----bF|',
      third: '  ----1S-cF|',
    },
    unsubscribe: { first: '^---!', second: '-^', third: '----^' },
    values,
  },
  'keeps a session with its member': {
    members: { gpt: ['-S-aF|', '-S-bF|'], claude: '-S-cF|' },
    apply: ({ members }) => {
      const ask = loadBalance(members, { by: 'sticky' });
      const of = (session: string) => prompt('question', { context: { session } });
      return {
        first: ask(of('bob')),
        second: ask(of('ann')),
        third: ask(of('bob')),
      };
    },
    expected: {
      first: '  1S-aF|',
      second: ' 2S-cF|',
      third: '  1S-bF|',
    },
    values,
  },
});
