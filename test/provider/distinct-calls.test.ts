import { expect, it } from 'vitest';
import { distinctCalls } from '../../src/provider/distinct-calls';
import { assistant, system, toolResult, user } from '../../src/request/messages';

const call = (id: string) => ({ id, name: 'weather', input: {} });
const result = (id: string, content: string) => toolResult(call(id), content);

it('leaves a conversation as it is whose calls can be told apart', () => {
  const messages = [
    system('Be brief.'),
    user('Hi'),
    assistant('', [call('a'), call('b')]),
    result('b', '1'),
    result('a', '2'),
    assistant('', [call('c')]),
    result('c', '3'),
  ];
  expect(distinctCalls(messages)).toBe(messages);
});

it('tells calls of later turns from those before, and their results with them', () => {
  const turn = (first: string, second: string, content: string) => [
    assistant('Well', [call(first), call(second)]),
    result(second, `${content} 2`),
    result(first, `${content} 1`),
  ];
  const messages = ['a', 'b', 'c'].flatMap((content) => turn('call_0', 'call_1', content));
  expect(distinctCalls(messages)).toEqual([
    ...turn('call_0', 'call_1', 'a'),
    ...turn('call_0_2', 'call_1_2', 'b'),
    ...turn('call_0_3', 'call_1_3', 'c'),
  ]);
});

it('tells calls of one turn apart by their order', () => {
  const calls = [call('same'), call('same'), call('same_2')];
  expect(
    distinctCalls([
      assistant('', calls),
      result('same', '1'),
      result('same', '2'),
      result('same_2', '3'),
      assistant('Well'),
      result('same', 'once more'),
    ]),
  ).toEqual([
    assistant('', [call('same'), call('same_2'), call('same_2_2')]),
    result('same', '1'),
    result('same_2', '2'),
    result('same_2_2', '3'),
    assistant('Well'),
    result('same_2', 'once more'),
  ]);
});

it('keeps results of calls that nobody knows', () => {
  const messages = [
    assistant('', [call('a')]),
    assistant('', [call('a')]),
    result('b', 'whose?'),
    user('Hi'),
  ];
  expect(distinctCalls(messages)).toEqual([
    assistant('', [call('a')]),
    assistant('', [call('a_2')]),
    result('b', 'whose?'),
    user('Hi'),
  ]);
});
