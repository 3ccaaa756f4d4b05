import { isObservable, Subscription, type Observable } from 'rxjs';
import { checkNumber, type Range } from './options';
import { reportAside } from './report';

/** A number that an option gives, once for all or as an Observable that changes it. */
export class Setting {
  #current: number | undefined;
  /** Why there is none, where the Observable has said one that is out of range. */
  #refusal: Error | undefined;
  #calls = 0;
  #following = new Subscription();
  readonly #changing: Observable<number> | undefined;

  /**
   * @param policy - Whose option it is.
   * @param option - Its name.
   * @param given - What the user gave.
   * @param range - The values it may have.
   * @param onChange - Called after each change.
   */
  constructor(
    private readonly policy: string,
    private readonly option: string,
    given: number | Observable<number>,
    private readonly range: Range = {},
    private readonly onChange: () => void = () => undefined,
  ) {
    if (isObservable(given)) this.#changing = given;
    else {
      checkNumber(policy, option, given, range);
      this.#current = given;
    }
  }

  /** The value now, or `undefined` when the Observable has said none yet. */
  get current(): number | undefined {
    return this.#current;
  }

  /** The value now. Throws when the Observable has said none yet that may be. */
  get value(): number {
    if (this.#current === undefined) {
      if (this.#refusal !== undefined) throw this.#refusal;
      throw new TypeError(
        `${this.policy}: ${this.option} has no value yet; let its Observable begin with one, ` +
          'as a BehaviorSubject or startWith does',
      );
    }
    return this.#current;
  }

  /** Follows the Observable as long as any call runs. */
  follow(call: Subscription): void {
    if (!this.#changing) return;
    this.#calls += 1;
    if (this.#calls === 1) {
      this.#following = new Subscription();
      this.#following.add(
        this.#changing.subscribe({
          next: (value) => {
            this.#take(value);
          },
          // What it said last stays.
          error: reportAside,
        }),
      );
    }
    call.add(() => {
      this.#calls -= 1;
      if (this.#calls === 0) this.#following.unsubscribe();
    });
  }

  #take(value: number): void {
    try {
      checkNumber(this.policy, this.option, value, this.range);
    } catch (error) {
      // The last one that may be stays; where there is none, the calls say why.
      if (this.#current === undefined) this.#refusal = error as Error;
      else reportAside(error);
      return;
    }
    if (value === this.#current) return;
    this.#current = value;
    this.onChange();
  }
}
