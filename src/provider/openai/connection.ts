import { connect, type Connection } from '../connection';
import type { ProviderOptions } from '../protocol';

const OPENAI_HOST = 'api.openai.com';

/** What both protocols of OpenAI share: the address and the key. */
export function connectOpenAI(options: ProviderOptions): Connection {
  return connect(
    {
      name: 'openai',
      baseURL: `https://${OPENAI_HOST}/v1`,
      baseVariable: 'OPENAI_BASE_URL',
      keyVariables: ['OPENAI_API_KEY'],
      keyHost: OPENAI_HOST,
      headers: authorize,
      passes: ['authorization', 'api-key'],
    },
    options,
  );
}

/** Vendors that refuse what others take. */
export type ChatVendor = 'openai' | 'mistral' | 'deepseek';

/** Whose models answer there: OpenAI's also in its regions and on Azure. */
export function vendorOf(hostname: string): ChatVendor | undefined {
  if (isOf(OPENAI_HOST, hostname) || isAzure(hostname)) return 'openai';
  if (isOf('mistral.ai', hostname)) return 'mistral';
  return isOf('deepseek.com', hostname) ? 'deepseek' : undefined;
}

function isOf(domain: string, hostname: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`);
}

/** Azure takes its keys in a header of its own, also where a government has its own Azure. */
function isAzure(hostname: string): boolean {
  return ['.azure.com', '.azure.us', '.azure.cn'].some((end) => hostname.endsWith(end));
}

function authorize(key: string | undefined, hostname: string): Readonly<Record<string, string>> {
  if (key === undefined) return {};
  const bearer = { authorization: `Bearer ${key}` };
  return isAzure(hostname) ? { ...bearer, 'api-key': key } : bearer;
}
