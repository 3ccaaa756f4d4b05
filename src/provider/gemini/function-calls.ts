import type { FinishReason } from '../../event/chat-event';
import { asText } from '../json';
import type { ToolCallAssembler } from '../tool-call-assembler';
import { PartialArguments } from './partial-arguments';
import type { FunctionCall } from './wire';

/** A call whose arguments still come. */
interface OpenCall {
  readonly key: object;
  readonly id: string | undefined;
  readonly partial: PartialArguments;
}

/** Makes tool calls of `functionCall` parts, which hold a call whole or in pieces. */
export class FunctionCalls {
  readonly #calls: ToolCallAssembler;
  #open: OpenCall | undefined;

  constructor(calls: ToolCallAssembler) {
    this.#calls = calls;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Takes one part; returns `false` when its pieces of arguments make no sense. */
  add({ id: rawId, name: rawName, args, partialArgs, willContinue }: FunctionCall): boolean {
    const name = asText(rawName);
    const id = asText(rawId);
    if (name !== undefined && !this.#continues(id)) {
      // The empty part that closes a call may be missing.
      this.#close();
      const key = {};
      if (willContinue !== true && partialArgs === undefined) {
        this.#calls.addValue(key, { id, name }, args ?? {});
        return true;
      }
      this.#calls.add(key, { id, name });
      this.#open = { key, id, partial: new PartialArguments() };
    }
    const sound = this.#open?.partial.add(partialArgs) ?? true;
    if (willContinue !== true) this.#close();
    return sound;
  }

  /** Emits the whole calls. */
  finish(reason: FinishReason): void {
    const whole = reason === 'tool-calls' || reason === 'stop';
    if (whole) this.#close();
    // Left without its last brace, so that it is seen to break off.
    else this.#write((json) => json.slice(0, -1));
    this.#calls.finish(reason);
  }

  #continues(id: string | undefined): boolean {
    return id !== undefined && id === this.#open?.id;
  }

  #close(): void {
    this.#write((json) => json);
  }

  #write(shape: (json: string) => string): void {
    if (this.#open === undefined) return;
    const { key, partial } = this.#open;
    this.#open = undefined;
    this.#calls.add(key, { input: shape(JSON.stringify(partial.value)) });
  }
}
