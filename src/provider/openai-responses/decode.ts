import { compact } from '../../internal/compact';
import type { AnswerContext, Decoder } from '../decoder';
import { finishFailure, finishReason } from '../finish-reason';
import { asList, asObject, asText } from '../json';
import { malformed, readFrame, reportsError } from '../read-frame';
import { startEvent } from '../start-event';
import { OutputReader } from './output';
import { readResponseUsage } from './usage';
import type { ResponseEvent, ResponseObject } from './wire';

const ENDED = ['completed', 'incomplete', 'failed', 'cancelled'];

/** Reads a response of OpenAI and of the servers that speak its protocol. */
export class ResponseDecoder implements Decoder {
  readonly #answer: AnswerContext;
  readonly #output: OutputReader;
  #started = false;

  constructor(answer: AnswerContext) {
    this.#answer = answer;
    this.#output = new OutputReader(answer);
  }

  frame(data: string, event: string | undefined): boolean {
    const frame = asObject<ResponseEvent>(readFrame(this.#answer, data, event));
    if (frame === undefined) return false;
    const response = asObject<ResponseObject>(frame.response);
    const type = asText(frame.type) ?? event ?? '';
    const status = type.replace(/^response\./, '');
    if (ENDED.includes(status)) {
      this.#end(response ?? {}, status);
      return true;
    }
    // A whole response, of a server that was asked for a stream and has none.
    if (type === '' && frame.object === 'response') {
      this.body(frame);
      return true;
    }
    if (response !== undefined || tellsOutput(frame)) this.#start(response ?? {});
    this.#output.event(type, frame);
    return false;
  }

  body(json: unknown): void {
    if (reportsError(json)) throw this.#answer.failure(json);
    const response = asObject<ResponseObject>(json);
    const status = asText(response?.status) ?? '';
    if (response === undefined || !ENDED.includes(status)) {
      throw malformed(this.#answer.provider, 'the body is not a response that has ended');
    }
    this.#end(response, status);
  }

  end(): boolean {
    return false;
  }

  #start(response: ResponseObject): void {
    if (this.#started) return;
    this.#started = true;
    this.#answer.emit(startEvent(this.#answer.provider, response.model, response.id));
  }

  /** Ends as the event says, unless it is called complete and the response knows better. */
  #end(response: ResponseObject, said: string): void {
    const own = asText(response.status) ?? '';
    const status = said === 'completed' && ENDED.includes(own) ? own : said;
    if (status === 'failed' || status === 'cancelled') throw this.#failure(response, status);
    this.#finish(response, status === 'incomplete' ? whyIncomplete(response) : status);
  }

  #finish(response: ResponseObject, rawReason: string): void {
    const { provider } = this.#answer;
    this.#start(response);
    this.#output.rest(asList(response.output));
    const reason = finishReason(rawReason, this.#output.hasCalls);
    if (reason === 'failure') throw finishFailure(provider, rawReason);
    this.#output.finish(reason);
    const usage = readResponseUsage(response.usage);
    if (usage !== undefined) this.#answer.emit({ type: 'usage', usage });
    const said = compact({ usage, refusal: asText(this.#output.refusal) });
    this.#answer.emit({ type: 'finish', reason, rawReason, ...said });
  }

  #failure({ error }: ResponseObject, status: string): Error {
    return error ? this.#answer.failure({ error }) : finishFailure(this.#answer.provider, status);
  }
}

/** Whether an event tells of what the model makes; some servers say nothing before that. */
function tellsOutput({ output_index, item_id, item, delta }: ResponseEvent): boolean {
  return (output_index ?? item_id ?? item ?? delta) !== undefined;
}

function whyIncomplete(response: ResponseObject): string {
  const details = asObject<{ reason?: unknown }>(response.incomplete_details);
  return asText(details?.reason) ?? 'incomplete';
}
