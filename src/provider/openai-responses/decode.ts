import type { AnswerContext, Decoder } from '../decoder';
import { finishFailure, finishReason } from '../finish-reason';
import { asList, asObject, asText, compact } from '../json';
import { malformed, readFrame, reportsError } from '../read-frame';
import { OutputReader } from './output';
import { readResponseUsage } from './usage';
import type { ResponseEvent, ResponseObject } from './wire';

/** Reads a response of OpenAI and of the servers that speak its protocol. */
export class ResponseDecoder implements Decoder {
  readonly #answer: AnswerContext;
  readonly #output: OutputReader;
  #started = false;

  constructor(answer: AnswerContext) {
    this.#answer = answer;
    this.#output = new OutputReader(answer.emit);
  }

  frame(data: string, event: string | undefined): boolean {
    const frame = asObject<ResponseEvent>(readFrame(this.#answer, data, event));
    if (frame === undefined) return false;
    const response = asObject<ResponseObject>(frame.response);
    const type = asText(frame.type) ?? event ?? '';
    if (type === 'response.failed') throw this.#failure(response ?? {});
    if (response !== undefined || frame.output_index !== undefined) this.#start(response ?? {});
    switch (type) {
      case 'response.completed':
        this.#finish(response ?? {}, asText(response?.status) ?? 'completed');
        return true;
      case 'response.incomplete':
        this.#finish(response ?? {}, whyIncomplete(response));
        return true;
      default:
        this.#output.event(type, frame);
        return false;
    }
  }

  body(json: unknown): void {
    if (reportsError(json)) throw this.#answer.failure(json);
    const response = asObject<ResponseObject>(json);
    const status = asText(response?.status) ?? '';
    if (response === undefined || !['completed', 'incomplete', 'failed'].includes(status)) {
      throw malformed(this.#answer.provider, 'the body is not a response that has ended');
    }
    if (status === 'failed') throw this.#failure(response);
    this.#start(response);
    this.#finish(response, status === 'completed' ? status : whyIncomplete(response));
  }

  end(): boolean {
    return false;
  }

  #start(response: ResponseObject): void {
    if (this.#started) return;
    this.#started = true;
    const { provider, emit } = this.#answer;
    const said = compact({ model: asText(response.model), id: asText(response.id) });
    emit({ type: 'start', provider, ...said });
  }

  #finish(response: ResponseObject, rawReason: string): void {
    const { provider, emit } = this.#answer;
    this.#start(response);
    this.#output.rest(asList(response.output));
    const meaning = finishReason(rawReason);
    if (meaning === 'failure') throw finishFailure(provider, rawReason);
    const reason = meaning === 'stop' && this.#output.hasCalls ? 'tool-calls' : meaning;
    this.#output.finish(reason);
    const usage = readResponseUsage(response.usage);
    if (usage !== undefined) emit({ type: 'usage', usage });
    const said = compact({ usage, refusal: asText(this.#output.refusal) });
    emit({ type: 'finish', reason, rawReason, ...said });
  }

  #failure({ error }: ResponseObject): Error {
    const { provider, failure } = this.#answer;
    return error ? failure({ error }) : finishFailure(provider, 'failed');
  }
}

function whyIncomplete(response: ResponseObject | undefined): string {
  const details = asObject<{ reason?: unknown }>(response?.incomplete_details);
  return asText(details?.reason) ?? 'incomplete';
}
