import { describe, expect, it } from 'vitest';
import { framesIn, Lane, protocolNames, protocols, type Frame } from './fast-lane/lanes';
import { besides, mutate } from './fast-lane/mutate';
import { answerOf, pick, serverOf, type Random } from './fast-lane/servers';
import { bytesOf, seeded } from './replay';
import { committed } from './streams';

const MUTANTS = 25_000;
const seed = Number(process.env.RXLLM_SEED ?? 1);

describe.each(protocolNames)('the fast lane of %s', (name) => {
  it(`reads ${String(MUTANTS)} mutated frames as the decoder does`, { timeout: 120_000 }, () => {
    const protocol = protocols[name];
    const random = seeded(seed);
    const recorded = committed
      .filter(({ protocol: of, expected }) => of === name && expected.format !== 'json')
      .map(({ body }) => framesIn(protocol.framing, [bytesOf(body)]));
    const total = { mutants: 0, frames: 0, taken: 0 };
    while (total.mutants < MUTANTS) {
      const lane = new Lane(protocol);
      const server = serverOf(name, random);
      const answers = Array.from({ length: 8 }, () => answerOf(server, random, 6 + random(40)));
      for (let round = 0; round < 40; round += 1) {
        const answer = pick(random, random(8) === 0 ? recorded : answers);
        const { frames, count } = mutate(withOthers(answer, random), random, 2 + random(12));
        expect(lane.difference(frames), `with RXLLM_SEED=${String(seed)}`).toBeUndefined();
        total.mutants += count;
      }
      total.frames += lane.frames;
      total.taken += lane.taken;
    }
    // As most frames take it, it has the chance to be wrong.
    expect(total.taken / total.frames).toBeGreaterThan(0.3);
  });

  function withOthers(frames: readonly Frame[], random: Random): readonly Frame[] {
    if (random(3) > 0) return frames;
    const at = random(frames.length + 1);
    const other = { data: pick(random, besides[name]), event: frames[at]?.event };
    return [...frames.slice(0, at), other, ...frames.slice(at)];
  }
});
