import { expect, it } from 'vitest';
import { inCallOrder } from '../../src/provider/call-order';
import { assistant, system, toolResult, user } from '../../src/request/messages';

const call = (id: string) => ({ id, name: 'weather', input: {} });
const result = (id: string, content = id) => toolResult(call(id), content);

it('leaves a conversation without results as it is', () => {
  const messages = [system('Be brief.'), user('Hi'), assistant('', [call('a')])];
  expect(inCallOrder(messages)).toBe(messages);
});

it('orders the results of each turn by the calls of that turn', () => {
  const first = assistant('', [call('a'), call('b'), call('c')]);
  const second = assistant('', [call('c'), call('a')]);
  const [a, b, c] = [result('a'), result('b'), result('c')];
  expect(inCallOrder([first, c, a, b, second, a, c, user('So?')])).toEqual([
    first,
    a,
    b,
    c,
    second,
    c,
    a,
    user('So?'),
  ]);
});

it('keeps the order of results that no id tells apart, behind those of known calls', () => {
  const calls = assistant('', [call('same'), call('same')]);
  const one = result('same', '1');
  const other = result('same', '2');
  expect(inCallOrder([calls, result('y'), result('x'), one, other])).toEqual([
    calls,
    one,
    other,
    result('y'),
    result('x'),
  ]);
  expect(inCallOrder([result('y'), assistant('Hi'), result('x')])).toEqual([
    result('y'),
    assistant('Hi'),
    result('x'),
  ]);
});
