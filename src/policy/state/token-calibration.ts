/** What a server counted. */
export interface CountedTokens {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

// About the last twenty answers count.
const MEMORY = 0.95;

/** Mends estimates of tokens by what the answers so far have really used. */
export class TokenCalibration {
  #estimated = 0;
  #input = 0;
  #output = 0;
  #answers = 0;

  /**
   * @param input - The estimate of the input.
   * @param maxOutput - The most that the answer may have; all of it is expected until an
   * answer has shown what is usual.
   */
  expect(input: number, maxOutput: number | undefined): number {
    const ratio = this.#estimated > 0 ? this.#input / this.#estimated : 1;
    const usual = this.#answers > 0 ? this.#output / this.#answers : maxOutput;
    const expected = Math.ceil(input * ratio + Math.min(usual ?? 0, maxOutput ?? Infinity));
    return Math.min(expected, Number.MAX_SAFE_INTEGER);
  }

  /** Takes note of a whole answer, for the input of which `estimate` was the estimate. */
  add(estimate: number, { inputTokens, outputTokens }: CountedTokens): void {
    if (isCount(inputTokens) && estimate > 0) {
      this.#estimated = this.#estimated * MEMORY + estimate;
      this.#input = this.#input * MEMORY + inputTokens;
    }
    if (isCount(outputTokens)) {
      this.#answers = this.#answers * MEMORY + 1;
      this.#output = this.#output * MEMORY + outputTokens;
    }
  }
}

// A handler of one's own may say anything, which would be in all estimates from then on.
function isCount(tokens: number | undefined): tokens is number {
  return tokens !== undefined && tokens >= 0 && tokens < Infinity;
}
