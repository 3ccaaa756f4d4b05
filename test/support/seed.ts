import fc from 'fast-check';

// The same cases each time, so that a failure is the change's own; RXLLM_SEED looks for others.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.RXLLM_SEED ?? 1) });
