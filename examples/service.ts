import { LlmError, openai, presets, prompt, standard, toAnswer } from 'rxllm';
import { simulator } from 'rxllm/testing/simulator';
import { lastValueFrom } from 'rxjs';

const server = await simulator({ answer: 'At your service.', pace: { firstToken: 100 } });

// Every policy in its place; of the preset, admission is overridden.
const ask = standard(
  { gpt: openai({ model: 'gpt-5-mini', apiKey: 'any', baseURL: server.openai }) },
  { presets: [presets.chat], admission: { maxInFlight: 2, maxQueue: 0 } },
);

const answer = async (question: string): Promise<string> => {
  try {
    return (await lastValueFrom(ask(prompt(question)).pipe(toAnswer()))).text;
  } catch (error) {
    return LlmError.is(error) ? `refused: ${error.kind}` : 'failed';
  }
};

const asked = ['One?', 'Two?', 'Three?'].map(answer);
console.log(await asked[2]);

// The process has to go: who is being answered may hear the end of it.
const report = await lastValueFrom(ask.admission!.drain({ timeout: 5_000 }));
console.log(await asked[0]);
console.log(`${String(report.completed)} ended by themselves, ${String(report.aborted)} aborted`);
console.log(await answer('Four?'));
await server.close();
