import { InMemoryCache } from '@langchain/core/caches';
import { AIMessage, HumanMessage } from '@langchain/core/messages';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { timeUses } from './time-uses.ts';

async function hit(texts: readonly string[]): Promise<number> {
  const model = new FakeListChatModel({ responses: ['kept', 'made anew'] });
  // The fake model takes no cache among its options, unlike real ones.
  model.cache = new InMemoryCache();
  const make = () =>
    texts.map((text, index) => (index % 2 === 0 ? new HumanMessage(text) : new AIMessage(text)));
  const use = async (messages: ReturnType<typeof make>): Promise<void> => {
    const { text } = await model.invoke(messages);
    if (text !== 'kept') throw new Error('the second question was not answered by the cache');
  };
  await use(make());
  return timeUses(make, use);
}

export const library = { hit };
