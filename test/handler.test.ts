import { of, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { compose, type Handler, type Policy } from '../src/handler';
import { prompt } from '../src/request/messages';
import { answerEvents } from '../src/testing/index';
import { watch } from './support/watch';

describe('compose', () => {
  const answer: Handler = () => of(...answerEvents('fine'));

  it('without policies gives the handler itself', () => {
    expect(compose(answer)).toBe(answer);
  });

  it('puts the first policy nearest to the handler, and the last one outermost', () => {
    const passed: string[] = [];
    const named =
      (name: string): Policy =>
      (next) =>
      (request) => {
        passed.push(`${name} asks`);
        return next(request).pipe(tap({ complete: () => passed.push(`${name} ends`) }));
      };
    const ask = compose(answer, named('nearest'), named('middle'), named('outermost'));
    expect(passed).toEqual([]);
    expect(watch(ask(prompt('?'))).values).toEqual(answerEvents('fine'));
    expect(passed).toEqual([
      ...['outermost asks', 'middle asks', 'nearest asks'],
      ...['nearest ends', 'middle ends', 'outermost ends'],
    ]);
  });

  it('wraps once, not with each request', () => {
    let wrapped = 0;
    const counting: Policy = (next) => {
      wrapped += 1;
      return next;
    };
    const ask = compose(answer, counting);
    watch(ask(prompt('?')));
    watch(ask(prompt('?')));
    expect(wrapped).toBe(1);
  });

  it('takes a custom policy in three lines, which may change the request', () => {
    const polite: Policy = (next) => (request) =>
      next({ ...request, messages: [...request.messages, { role: 'user', content: 'Please.' }] });
    const seen: number[] = [];
    const counting: Handler = (request) => {
      seen.push(request.messages.length);
      return answer(request);
    };
    watch(compose(counting, polite)(prompt('?')));
    expect(seen).toEqual([2]);
  });
});
