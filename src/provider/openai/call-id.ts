import type { ChatVendor } from './connection';

/**
 * The id of an earlier call as a vendor takes it: it may be of another server, whose ids are
 * longer or have other characters. Only those are changed that would be refused.
 */
export function encodeCallId(id: string, vendor: ChatVendor | undefined): string {
  // What tells ids from each other is at their end.
  if (vendor === 'openai') return id.slice(-40);
  if (vendor === 'mistral') {
    return id
      .replace(/[^a-z\d]/gi, '')
      .slice(-9)
      .padStart(9, '0');
  }
  return id;
}
