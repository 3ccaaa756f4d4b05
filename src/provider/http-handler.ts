import { LlmError } from '../error/llm-error';
import type { Handler } from '../handler';
import { directHandler } from '../internal/direct-handler';
import { keepOne } from '../internal/keep-one';
import { checkFunction, checkNumber } from '../internal/options';
import type { ChatRequest } from '../request/chat-request';
import { defaultTransport } from '../transport/default';
import type { TransportRequest } from '../transport/transport';
import { Answer } from './answer';
import { invalidRequest } from './invalid-request';
import type { Protocol, ProviderOptions } from './protocol';

/** Makes the handler of a protocol that answers one POST with a stream of frames. */
export function httpHandler(
  protocol: Protocol,
  { transport = defaultTransport, maxFrameLength = 16 * 1024 * 1024 }: ProviderOptions,
): Handler {
  const { framing, name } = protocol;
  checkFunction(name, 'transport', transport);
  checkNumber(name, 'maxFrameLength', maxFrameLength, { min: 1 });
  keepOne(framing, (_, nothing) => framing(nothing, { maxFrameLength: 1 }));
  keepOne(
    Answer,
    (reader) => new Answer(silence, reader, { maxFrameLength: 1, keepAlives: false }),
  );
  return directHandler((request, destination) => {
    const { url, headers, body } = write(protocol, request);
    const keepAlives = request.context?.keepAlives ?? false;
    const answer = new Answer(protocol, destination, { maxFrameLength, keepAlives });
    const finished = (): boolean => answer.finished;
    transport({ url, headers, body, finished }).subscribe(answer);
  });
}

// An answer uses nothing of its protocol at first.
const silence = {} as Protocol;

/** Writes a request; one that can't be written is the caller's fault. */
function write(protocol: Protocol, request: ChatRequest): Omit<TransportRequest, 'finished'> {
  try {
    const { url, headers, body } = protocol.encode(request);
    return { url, headers, body: JSON.stringify(body) };
  } catch (thrown) {
    if (LlmError.is(thrown)) throw thrown;
    // Without the cause, whose message may quote the request.
    throw invalidRequest(
      protocol.name,
      "the request can't be written as JSON; it holds a BigInt or a circle, or is no ChatRequest: " +
        'parse it with chatRequestSchema of rxllm/schema to see why',
    );
  }
}
