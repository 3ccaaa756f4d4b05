import { openai, type Handler } from 'rxllm';
import type { HttpTransport } from 'rxllm/node';
import { CANARY } from './invariants';
import type { Plan } from './plan';
import type { Setting } from './run';

/** Makes handlers whose every call asks the fault server for a plan. */
export function clientOf(
  { server }: Setting,
  transport: HttpTransport,
): (plan: () => Plan) => Handler {
  return (plan) => (request) => {
    const baseURL = server.urlOf(plan());
    return openai({ model: 'any', apiKey: CANARY, baseURL, transport })(request);
  };
}
