import { createLogUpdate } from 'log-update';
import {
  asyncScheduler,
  combineLatest,
  finalize,
  lastValueFrom,
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
  const width = Math.min(output.columns || 100, 120);
  const print = (text: string): void => {
    output.write(`${text}\n`);
  };
  const show = output.isTTY ? redraw(output, width) : printOnce(print, width);
  return { width, print, show };
}

function redraw(output: NodeJS.WriteStream, width: number): Screen['show'] {
  return async (calls) => {
    const draw = createLogUpdate(output, { showCursor: false });
    const views$ = combineLatest(calls).pipe(
      throttleTime(50, asyncScheduler, { leading: true, trailing: true }),
      tap((views) => {
        draw(panels(views, width));
      }),
      finalize(() => {
        draw.done();
      }),
    );
    return lastValueFrom(views$, { defaultValue: [] });
  };
}

function printOnce(print: (text: string) => void, width: number): Screen['show'] {
  return async (calls) => {
    const views = await lastValueFrom(combineLatest(calls), { defaultValue: [] });
    if (views.length > 0) print(panels(views, width));
    return views;
  };
}
