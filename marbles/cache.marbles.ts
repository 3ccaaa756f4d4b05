import { cache, type CacheEvent, compose } from 'rxllm';
import { finish } from 'rxllm/testing';
import { spec } from './spec';

const hit = (age: number, saved: number): CacheEvent => ({
  type: 'cache',
  status: 'hit',
  age,
  saved,
});
const joined = (age: number): CacheEvent => ({ type: 'cache', status: 'joined', age });

export default spec('cache', {
  'answers a repeated question from memory': {
    source: 'S-a-bF|',
    apply: ({ handler, request }) => {
      const ask = compose(handler, cache());
      return { first: ask(request), again: ask(request) };
    },
    expected: {
      first: ' S-a-bF|',
      again: ' ---------(hSabF|)',
    },
    subscriptions: '^-----!',
    unsubscribe: {
      again: ' ---------^',
    },
    values: { h: hit(3, 6) },
  },
  'who asks meanwhile joins the call: first what was said, then the rest live': {
    source: 'S-a------b-F|',
    apply: ({ handler, request }) => {
      const ask = compose(handler, cache());
      return { first: ask(request), late: ask(request) };
    },
    expected: {
      first: ' S-a------b-F|',
      late: '  ---(jSa)-b-F|',
    },
    subscriptions: '^-----------!',
    unsubscribe: {
      late: '  ---^',
    },
    values: { j: joined(3) },
  },
  'one of two leaving ends nothing, the last one aborts the call': {
    source: 'S-----a-b-c-d-F|',
    apply: ({ handler, request }) => {
      const ask = compose(handler, cache());
      return { first: ask(request), second: ask(request) };
    },
    expected: {
      first: '  S-----a-',
      second: ' -(jS)-a-b-c-',
    },
    subscriptions: '^----------!',
    unsubscribe: {
      first: '  ^------!',
      second: ' -^---------!',
    },
    values: { j: joined(1) },
  },
  'a failure is for all who share the call, and is forgotten': {
    attempts: ['S-----a-#', 'S-bF|'],
    apply: ({ handler, request }) => {
      const ask = compose(handler, cache());
      return { first: ask(request), second: ask(request), third: ask(request) };
    },
    expected: {
      first: '  S-----a-#',
      second: ' (jS)--a-#',
      third: '  ----------S-bF|',
    },
    unsubscribe: {
      second: ' ^',
      third: '  ----------^',
    },
    values: { j: joined(0) },
  },
  'an answer that a limit cut is not kept': {
    source: 'S-a-bF|',
    apply: ({ handler, request }) => {
      const ask = compose(handler, cache());
      return { first: ask(request), again: ask(request) };
    },
    expected: {
      first: ' S-a-bF|',
      again: ' ---------S-a-bF|',
    },
    unsubscribe: {
      again: ' ---------^',
    },
    values: { F: finish({ reason: 'length' }) },
  },
  'an answer is kept for its time to live': {
    source: 'S-F|',
    apply: ({ handler, request }) => {
      const ask = compose(handler, cache({ ttl: 10 }));
      return { first: ask(request), early: ask(request), late: ask(request) };
    },
    expected: {
      first: ' S-F|',
      early: ' ------------(hSF|)',
      late: '  -------------S-F|',
    },
    unsubscribe: {
      early: ' ------------^',
      late: '  -------------^',
    },
    values: { h: hit(9, 3) },
  },
});
