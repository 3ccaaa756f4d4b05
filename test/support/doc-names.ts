// What the examples of the docs may use without saying where it comes from: all that rxllm and
// rxjs export, and what a reader's own program would hold, which is here. One place, so that the
// docs don't need a second one.
import { defer, of, timeout } from 'rxjs';
import { openai, prompt, type ChatEvent } from '../../src/index';

/** A handler, and a request for it. */
export const ask = openai({ model: 'gpt-5-mini' });
export const request = prompt('What is an Observable?');
/** Another member of a combinator. */
export const otherProvider = openai({ model: 'gpt-5-nano' });

/** What somebody asks or types, and what that asks for. */
export const questions$ = of('What is an Observable?', 'What is a Subject?');
export const typing$ = of('What', 'What is');
export const requests$ = of(prompt('One?'), prompt('Two?'));
/** Something of the app that has nothing to do with models. */
export const http$ = defer(() => of('a page')).pipe(timeout(1000));

/** Where text and figures are shown. */
export const screen = { textContent: '' };
export const render = (text: string): void => {
  screen.textContent = text;
};
export const gauge = (...values: readonly number[]): number => values.length;
export const log = (event: ChatEvent): string => event.type;

/** What a configuration would hold. */
export const apiKey = 'not-a-key';
export const photo = 'https://example.com/photo.png';

/** Stands for a test runner's function of this name. */
export const it = (title: string, body: () => void): void => {
  if (title !== '') body();
};
