import { asText } from '../json';
import type { OutputItem, ResponseEvent } from './wire';

/** A call that has begun, which is its own key, and what was said of it. */
export interface CallKey {
  index: unknown;
  id: string | undefined;
  name: string | undefined;
  /** Its item is done. */
  ended: boolean;
}

/** Whether an item is a call for us to make, not for the server. */
export function isCall({ type }: OutputItem): boolean {
  return type === 'function_call' || type === 'custom_tool_call';
}

/**
 * Finds out which call an event means. Servers name a call by its place in the output, by its
 * item or by its own id; some leave out one or the other, and some use a name for two calls.
 */
export class CallKeys {
  readonly all: CallKey[] = [];
  readonly #byIndex = new Map<unknown, CallKey>();
  readonly #byId = new Map<unknown, CallKey>();

  /** The call of this id. */
  named(id: string | undefined): CallKey | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** The call that an item tells, when it begins or when it is done. */
  ofItem(frame: ResponseEvent, item: OutputItem, ended: boolean): CallKey {
    const index = frame.output_index ?? undefined;
    const id = asText(item.call_id);
    const ids = [id, asText(item.id), asText(frame.item_id)];
    const found = this.#find(index, ids) ?? (ended && !id ? this.#open(index) : undefined);
    const renamed = id !== undefined && found?.id !== undefined && found.id !== id;
    // Two calls one after the other in the same place, unless only its end has another id.
    const another = renamed && (found.ended || !ended);
    const call = this.#know(another ? undefined : found, index, ids);
    call.id ??= id;
    call.name ??= asText(item.name);
    call.ended ||= ended;
    return call;
  }

  /** The call that arguments are of: where nothing they name is known, the one that is open. */
  ofArguments(frame: ResponseEvent): CallKey {
    const index = frame.output_index ?? undefined;
    const ids = [asText(frame.item_id)];
    return this.#find(index, ids) ?? this.#know(this.#open(index), index, ids);
  }

  #find(index: unknown, ids: readonly (string | undefined)[]): CallKey | undefined {
    const named = ids.map((id) => this.named(id)).find((call) => call && mayBeAt(call, index));
    return named ?? this.#byIndex.get(index);
  }

  #open(index: unknown): CallKey | undefined {
    const last = this.all.at(-1);
    return last && !last.ended && mayBeAt(last, index) ? last : undefined;
  }

  #know(known: CallKey | undefined, index: unknown, ids: readonly unknown[]): CallKey {
    const call = known ?? { index: undefined, id: undefined, name: undefined, ended: false };
    if (known === undefined) this.all.push(call);
    if (call.index === undefined && index !== undefined) {
      call.index = index;
      this.#byIndex.set(index, call);
    }
    for (const id of ids) if (id !== undefined) this.#byId.set(id, call);
    return call;
  }
}

function mayBeAt(call: CallKey, index: unknown): boolean {
  return index === undefined || call.index === undefined || call.index === index;
}
