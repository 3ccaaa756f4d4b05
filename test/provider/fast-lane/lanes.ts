import { isDeepStrictEqual } from 'node:util';
import { classify } from '../../../src/error/classify';
import { LlmError } from '../../../src/error/llm-error';
import type { ChatEvent } from '../../../src/event/chat-event';
import { MessageDecoder } from '../../../src/provider/anthropic/decode';
import { messageMembers } from '../../../src/provider/anthropic/members';
import type { AnswerContext, CreateDecoder, Decoder } from '../../../src/provider/decoder';
import { fastLane, type FrameMembers } from '../../../src/provider/fast-lane';
import { ChatDecoder as OllamaDecoder } from '../../../src/provider/ollama/decode';
import { chatMembers as ollamaMembers } from '../../../src/provider/ollama/members';
import { ResponseDecoder } from '../../../src/provider/openai-responses/decode';
import { responseMembers } from '../../../src/provider/openai-responses/members';
import { ChatDecoder } from '../../../src/provider/openai/decode';
import { chatMembers } from '../../../src/provider/openai/members';
import type { Framing } from '../../../src/wire/framing';
import { ndjson } from '../../../src/wire/ndjson';
import { sse } from '../../../src/wire/sse';

/** A protocol that has a fast lane. */
export interface Protocol {
  readonly create: CreateDecoder;
  readonly members: FrameMembers;
  readonly framing: Framing;
}

export const protocols = {
  'openai-chat': {
    create: (answer) => new ChatDecoder(answer),
    members: chatMembers,
    framing: sse,
  },
  'openai-responses': {
    create: (answer) => new ResponseDecoder(answer),
    members: responseMembers,
    framing: sse,
  },
  anthropic: {
    create: (answer) => new MessageDecoder(answer),
    members: messageMembers,
    framing: sse,
  },
  ollama: {
    create: (answer) => new OllamaDecoder(answer),
    members: ollamaMembers,
    framing: ndjson,
  },
} as const satisfies Record<string, Protocol>;

export type ProtocolName = keyof typeof protocols;
export const protocolNames = Object.keys(protocols) as readonly ProtocolName[];

export interface Frame {
  readonly data: string;
  readonly event: string | undefined;
}

/** The frames of a body that comes in pieces. */
export function framesIn(framing: Framing, pieces: readonly Uint8Array[]): readonly Frame[] {
  const frames: Frame[] = [];
  const reader = framing(
    { frame: (data, event) => void frames.push({ data, event }) },
    { maxFrameLength: 1e7 },
  );
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return frames;
}

/** The lane of one provider, which counts the frames that take it. */
export class Lane {
  frames = 0;
  readonly #create: CreateDecoder;
  #slow = 0;

  constructor(readonly protocol: Protocol) {
    const create: CreateDecoder = (answer) => {
      const decoder = protocol.create(answer);
      return {
        frame: (data, event) => {
          this.#slow += 1;
          return decoder.frame(data, event);
        },
        body: (json) => decoder.body(json),
        end: () => decoder.end(),
      };
    };
    this.#create = fastLane(create, protocol.members);
  }

  /** How many frames have passed the decoder. */
  get taken(): number {
    return this.frames - this.#slow;
  }

  /** Reads a stream with the lane and without it, and tells the first thing that differs. */
  difference(frames: readonly Frame[]): object | undefined {
    const slow = new Reader(this.protocol.create);
    const fast = new Reader(this.#create);
    for (const [at, { data, event }] of frames.entries()) {
      const wanted = slow.step((decoder) => decoder.frame(data, event));
      const got = fast.step((decoder) => decoder.frame(data, event));
      this.frames += 1;
      if (!isSame(wanted, got)) return { frames: frames.slice(0, at + 1), wanted, got };
      if (wanted.returned === true) return undefined;
    }
    const wanted = slow.step((decoder) => decoder.end());
    const got = fast.step((decoder) => decoder.end());
    return isSame(wanted, got) ? undefined : { frames, wanted, got };
  }
}

/** What came of one call of a decoder. */
interface Step {
  readonly events: readonly ChatEvent[];
  readonly returned?: boolean;
  readonly thrown?: unknown;
}

class Reader {
  #events: ChatEvent[] = [];
  readonly #decoder: Decoder;

  constructor(create: CreateDecoder) {
    this.#decoder = create(answerTo((event) => this.#events.push(event)));
  }

  step(call: (decoder: Decoder) => boolean): Step {
    this.#events = [];
    try {
      return { returned: call(this.#decoder), events: this.#events };
    } catch (thrown) {
      return { thrown, events: this.#events };
    }
  }
}

export function answerTo(emit: (event: ChatEvent) => void): AnswerContext {
  return { provider: 'p', emit, failure: (body) => classify({ provider: 'p', body }) };
}

function isSame(one: Step, other: Step): boolean {
  const { events, thrown } = other;
  if (one.returned !== other.returned || one.events.length !== events.length) return false;
  if ((one.thrown === undefined) !== (thrown === undefined)) return false;
  if (thrown !== undefined && !isDeepStrictEqual(shown(one.thrown), shown(thrown))) return false;
  return one.events.every((event, at) => isSameEvent(event, events[at]!));
}

// Most events are text, and to compare these in depth would take most of the time.
function isSameEvent(one: ChatEvent, other: ChatEvent): boolean {
  if (one.type === 'text-delta' && other.type === 'text-delta') return one.text === other.text;
  return isDeepStrictEqual(one, other);
}

function shown(thrown: unknown): unknown {
  if (!LlmError.is(thrown)) return thrown;
  const { kind, message, code, status, retryable, retryAfter } = thrown;
  return { kind, message, code, status, retryable, retryAfter };
}
