import { gemini } from '../../../src/provider/gemini';
import type { Protocol } from '../laws';

export const contents: Protocol = { factory: gemini, contentType: 'text/event-stream' };

/** A response as a frame, with the line ends of the real wire. */
export function frame(response: object): string {
  return `data: ${JSON.stringify(response)}\r\n\r\n`;
}

export function stream(...responses: readonly object[]): string {
  return responses.map(frame).join('');
}

/** A response with the parts of candidate 0. */
export function response(parts: readonly object[], rest: object = {}): object {
  return {
    candidates: [{ content: { parts, role: 'model' }, index: 0 }],
    modelVersion: 'gemini-2.5-flash',
    responseId: 'resp_1',
    ...rest,
  };
}

/** The last response. */
export function last(
  finishReason: string,
  parts: readonly object[] = [],
  rest: object = {},
): object {
  return response(parts, {
    candidates: [{ content: { parts, role: 'model' }, finishReason, index: 0 }],
    ...rest,
  });
}

export function usage(counts: object): object {
  return { usageMetadata: counts };
}
