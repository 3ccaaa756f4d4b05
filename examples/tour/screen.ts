import { createLogUpdate } from 'log-update';
import {
  asyncScheduler,
  combineLatest,
  distinctUntilKeyChanged,
  finalize,
  lastValueFrom,
  skip,
  tap,
  throttleTime,
  type Observable,
} from 'rxjs';
import type { CallView } from './call-view';
import { panels } from './panels';

/** Where the tour is shown. */
export interface Screen {
  /** Shows calls while they run; resolves with how they ended. */
  show(calls: readonly Observable<CallView>[]): Promise<readonly CallView[]>;
  print(text: string): void;
  readonly width: number;
}

/** A terminal that is redrawn, or plain lines where the output is a file or a pipe. */
export function createScreen(output: NodeJS.WriteStream): Screen {
  const width = (): number => Math.min(output.columns || 100, 120);
  const print = (text: string): void => {
    output.write(`${text}\n`);
  };
  return {
    print,
    // A terminal that doesn't know its size can't be redrawn either.
    show: output.isTTY && output.rows > 0 ? redraw(output, width) : narrate(print, width),
    get width() {
      return width();
    },
  };
}

function redraw(output: NodeJS.WriteStream, width: () => number): Screen['show'] {
  return async (calls) => {
    const draw = createLogUpdate(output);
    let height = 0;
    const views$ = combineLatest(calls).pipe(
      throttleTime(50, asyncScheduler, { leading: true, trailing: true }),
      tap((views) => {
        const drawing = panels(views, width());
        const lines = drawing.split('\n').length;
        // It leaves a last line that is the same where it was, also when it should have moved.
        if (lines !== height) draw.clear();
        height = lines;
        draw(drawing);
      }),
      finalize(() => {
        draw.done();
      }),
    );
    return lastValueFrom(views$, { defaultValue: [] });
  };
}

function narrate(print: (text: string) => void, width: () => number): Screen['show'] {
  return async (calls) => {
    const told = calls.map((call) =>
      call.pipe(
        distinctUntilKeyChanged('status'),
        skip(1),
        tap(({ title, status }) => {
          print(`${title}: ${status}`);
        }),
      ),
    );
    const views = await lastValueFrom(combineLatest(told), { defaultValue: [] });
    if (views.length > 0) print(panels(views, width()));
    return views;
  };
}
