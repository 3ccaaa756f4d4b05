import type { FailureSignal } from '../../src/error/classify';
import type { LlmErrorKind } from '../../src/error/llm-error';

/** What a failure must lead to: kind, then R (ask again), F (fail over), B (the breaker counts it). */
type Verdict = `${LlmErrorKind} ${'R' | '-'}${'F' | '-'}${'B' | '-'}`;

export interface FailureCase {
  readonly name: string;
  readonly verdict: Verdict;
  /** A part of what the message must tell the user to do. */
  readonly advice?: string;
  readonly signals: Readonly<Record<string, FailureSignal>>;
}

const coded = (code: string, name = 'Error'): Error =>
  Object.assign(new Error('SERVER PROSE'), { code, name });

const codes = (...list: readonly string[]): Readonly<Record<string, FailureSignal>> =>
  Object.fromEntries(list.map((code) => [code, { cause: coded(code) }]));

const wrapped = (cause: unknown): TypeError => new TypeError('SERVER PROSE', { cause });

const http = (status: number, body?: unknown, headers = {}): FailureSignal => ({
  status,
  body,
  headers,
});

const stream = (body: unknown): FailureSignal => ({ status: 200, body });

const inStream = (...list: readonly string[]): Readonly<Record<string, FailureSignal>> =>
  Object.fromEntries(list.map((code) => [`in the stream: ${code}`, stream({ error: { code } })]));

const openai = (type: string | null, code: unknown = null): unknown => ({
  error: { message: 'SERVER PROSE', type, param: null, code },
});

const anthropic = (type: string, extra = {}): unknown => ({
  type: 'error',
  error: { type, message: 'SERVER PROSE', ...extra },
  request_id: 'req_011',
});

const google = (code: number, status: string, details: readonly unknown[] = []): unknown => ({
  error: { code, message: 'SERVER PROSE', status, details },
});

const quota = (quotaId: string): unknown => ({
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: [{ quotaMetric: 'metric', quotaId }],
});

const info = (reason: string): unknown => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'googleapis.com',
});

export const failureCases: readonly FailureCase[] = [
  {
    name: 'never connected',
    verdict: 'network RFB',
    signals: {
      'RxJS ajax, without a status': { cause: { name: 'AjaxError', status: 0 } },
      'Angular, without a status': { cause: { name: 'HttpErrorResponse', status: 0 } },
      'a DOM error of the network': { cause: new DOMException('SERVER PROSE', 'NetworkError') },
      refused: { cause: coded('ECONNREFUSED') },
      'refused at all addresses': {
        cause: Object.assign(new AggregateError([coded('ECONNREFUSED')]), { code: 'ECONNREFUSED' }),
      },
      'bundled without a code of its own': { cause: new AggregateError([coded('EHOSTUNREACH')]) },
      'no such host': { cause: wrapped(coded('ENOTFOUND')) },
      'no answer of DNS': { cause: wrapped(coded('EAI_AGAIN')) },
      ...codes('ENETUNREACH', 'EHOSTDOWN', 'EADDRNOTAVAIL', 'ERR_NETWORK', 'UND_ERR_INFO'),
      ...codes('EAI_FAIL', 'ENOTFOUND', 'ERR_TLS_HANDSHAKE_TIMEOUT'),
      'connect timeout': { cause: coded('UND_ERR_CONNECT_TIMEOUT', 'ConnectTimeoutError') },
      'system timeout': { cause: coded('ETIMEDOUT') },
      'a proxy refused': { cause: wrapped(coded('UND_ERR_ABORTED', 'AbortError')) },
      'HTTP/2 refused the stream': { cause: coded('ERR_HTTP2_STREAM_ERROR') },
    },
  },
  {
    name: 'nothing left to connect with',
    verdict: 'network RF-',
    advice: 'at a time',
    signals: codes('EMFILE', 'ENFILE', 'ENOBUFS'),
  },
  {
    name: 'certificates',
    verdict: 'invalid-request -F-',
    advice: 'certificates',
    signals: {
      'self-signed, in fetch': { cause: wrapped(coded('DEPTH_ZERO_SELF_SIGNED_CERT')) },
      ...codes('CERT_HAS_EXPIRED', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CRL_HAS_EXPIRED'),
      ...codes('DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'HOSTNAME_MISMATCH'),
      ...codes('INVALID_CA', 'INVALID_PURPOSE', 'PATH_LENGTH_EXCEEDED', 'EPROTO'),
      ...codes('ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_SSL_WRONG_VERSION_NUMBER', 'UND_ERR_PRX_TLS'),
    },
  },
  {
    name: 'URLs and headers',
    verdict: 'invalid-request -F-',
    advice: 'check baseURL, the API key',
    signals: {
      'bad URL': { cause: coded('ERR_INVALID_URL', 'TypeError') },
      'bad URL in fetch': { cause: wrapped(coded('ERR_INVALID_URL', 'TypeError')) },
      'bad header': { cause: coded('UND_ERR_INVALID_ARG', 'InvalidArgumentError') },
      ...codes('ERR_INVALID_PROTOCOL', 'ERR_INVALID_CHAR', 'ERR_HTTP_INVALID_HEADER_VALUE'),
    },
  },
  {
    name: 'a closed pool',
    verdict: 'invalid-request -F-',
    advice: 'closed',
    signals: codes('UND_ERR_CLOSED', 'UND_ERR_DESTROYED'),
  },
  {
    name: 'redirects',
    verdict: 'invalid-request -F-',
    advice: 'redirect',
    signals: {
      'moved for good': http(301, '<html>moved</html>', { location: 'http://elsewhere/' }),
      'moved, same method': http(307),
    },
  },
  {
    name: 'connection lost',
    verdict: 'network RFB',
    signals: {
      'other side closed': { cause: coded('UND_ERR_SOCKET', 'SocketError') },
      reset: { cause: coded('ECONNRESET') },
      'reset in fetch': { cause: wrapped(coded('ECONNRESET')) },
      'broken pipe': { cause: coded('EPIPE') },
      'not HTTP': { cause: coded('HPE_INVALID_CONSTANT', 'HTTPParserError') },
      'not HTTP, without a code': {
        cause: Object.assign(new Error(), { name: 'HTTPParserError', code: undefined }),
      },
      'a damaged TLS record': { cause: coded('ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC') },
      'after the head': { status: 200, cause: coded('ECONNRESET') },
    },
  },
  {
    name: 'no answer in time',
    verdict: 'timed-out RFB',
    signals: {
      'no headers': { cause: coded('UND_ERR_HEADERS_TIMEOUT', 'HeadersTimeoutError') },
      'no headers in fetch': { cause: wrapped(coded('UND_ERR_HEADERS_TIMEOUT')) },
      'stalled body': { cause: coded('UND_ERR_BODY_TIMEOUT', 'BodyTimeoutError') },
      'RxJS ajax': { cause: { name: 'AjaxTimeoutError', status: 0 } },
      'a DOM timeout': { cause: new DOMException('SERVER PROSE', 'TimeoutError') },
    },
  },
  {
    name: "the caller's fault",
    verdict: 'invalid-request ---',
    signals: {
      ...inStream('invalid_request', 'OUT_OF_RANGE', 'unknown_parameter', 'unsupported_value'),
      ...inStream('missing_required_parameter', 'invalid_value', 'invalid_type', 'validation'),
      ...inStream('invalid_base64_image', 'image_too_large', 'empty_image_file'),
      ...inStream('failed_to_download_image', 'INVALID_ARGUMENT', 'BadRequestError'),
      'bad request': http(400, openai('invalid_request_error')),
      'unsupported parameter': http(400, openai('invalid_request_error', 'unsupported_parameter')),
      'Google says so': http(400, google(400, 'INVALID_ARGUMENT')),
      unprocessable: http(422, { detail: [{ loc: ['body'], msg: 'SERVER PROSE' }] }),
      'wrong method': http(405),
      'wrong media type': http(415, 'SERVER PROSE'),
      'header fields too large': http(431),
      'in the stream': stream(anthropic('invalid_request_error')),
      'of Responses, in the stream': stream({
        type: 'response.failed',
        response: {
          status: 'failed',
          error: { code: 'invalid_image_url', message: 'SERVER PROSE' },
        },
      }),
      'a code of vLLM': stream({ object: 'error', type: 'BadRequestError', code: 400 }),
      // The server says that a spending limit was reached in the text alone.
      'a spending limit told in prose': http(400, anthropic('invalid_request_error')),
    },
  },
  {
    name: 'too long',
    verdict: 'context-too-long ---',
    signals: {
      ...inStream('string_above_max_length', 'exceed_context_size_error', 'request_too_large'),
      OpenAI: http(400, openai('invalid_request_error', 'context_length_exceeded')),
      'request too large': http(413, anthropic('request_too_large')),
      'a gateway': http(413, '<html>413</html>'),
      'more tokens than a minute has': http(413, openai('tokens', 'rate_limit_exceeded')),
      'llama.cpp': http(400, { error: { code: 400, type: 'exceed_context_size_error' } }),
      'in the stream': stream(openai('invalid_request_error', 'context_length_exceeded')),
    },
  },
  {
    name: 'content policy',
    verdict: 'content-filtered ---',
    signals: {
      ...inStream('content_policy_violation', 'image_content_policy_violation'),
      Azure: http(400, {
        error: {
          code: 'content_filter',
          status: 400,
          innererror: { code: 'ResponsibleAIPolicyViolation' },
        },
      }),
      'Azure, inner code only': http(400, {
        error: { code: '400', innererror: { code: 'ResponsibleAIPolicyViolation' } },
      }),
      'Azure, with status 200': stream({ error: { code: 'content_filter', status: 400 } }),
      'bad prompt': stream({
        response: { error: { code: 'invalid_prompt', message: 'SERVER PROSE' } },
      }),
      biology: stream({ type: 'error', code: 'bio_policy', message: 'SERVER PROSE' }),
    },
  },
  {
    name: 'key and permissions',
    verdict: 'unauthorized -F-',
    signals: {
      ...inStream('invalid_api_key', 'invalid_authentication_error', 'permission_error'),
      ...inStream('UNAUTHENTICATED', 'PERMISSION_DENIED'),
      OpenAI: http(401, openai('invalid_request_error', 'invalid_api_key')),
      Anthropic: http(401, anthropic('authentication_error')),
      forbidden: http(403, anthropic('permission_error')),
      'forbidden by a gateway': http(403, '<html>403</html>'),
      'Google, with status 400': http(
        400,
        google(400, 'INVALID_ARGUMENT', [info('API_KEY_INVALID')]),
      ),
      'in the stream': stream(anthropic('authentication_error')),
      'in the stream, by number': stream({ error: { code: 401, message: 'SERVER PROSE' } }),
    },
  },
  {
    name: 'nothing left to spend',
    verdict: 'quota-exhausted -F-',
    signals: {
      ...inStream('insufficient_user_quota', 'exceeded_current_quota_error', 'billing_not_active'),
      ...inStream('budget_exceeded', 'insufficient_balance', 'insufficient_credits'),
      'no balance': http(402, { error: { message: 'SERVER PROSE', type: 'unknown_error' } }),
      'no credits, in the stream': stream({ error: { code: 402, message: 'SERVER PROSE' } }),
      billing: http(403, anthropic('billing_error')),
      'billing of a Google project': http(
        403,
        google(403, 'PERMISSION_DENIED', [info('BILLING_DISABLED')]),
      ),
      'OpenAI, with status 429': http(429, openai('insufficient_quota', 'insufficient_quota')),
      'in the stream of Responses': stream({
        type: 'error',
        sequence_number: 2,
        error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'SERVER PROSE' },
      }),
      'in the stream of Responses, older': stream({ type: 'error', code: 'insufficient_quota' }),
      'failed response': stream({ response: { error: { code: 'insufficient_quota' } } }),
      'hard limit': http(429, openai('requests', 'billing_hard_limit_reached')),
      'spend limit': http(
        429,
        anthropic('rate_limit_error', { details: { error_code: 'enforced_spend_limit_reached' } }),
      ),
      'spend limit beside the error': http(429, {
        ...(anthropic('rate_limit_error') as object),
        details: { error_code: 'enforced_spend_limit_reached' },
      }),
      'requests of a day': http(
        429,
        google(429, 'RESOURCE_EXHAUSTED', [
          quota('GenerateRequestsPerMinutePerProjectPerModel-FreeTier'),
          quota('GenerateRequestsPerDayPerProjectPerModel-FreeTier'),
        ]),
      ),
      'whatever x-should-retry says': http(429, openai('insufficient_quota'), {
        'x-should-retry': 'true',
      }),
      'in capital letters': http(429, openai('INSUFFICIENT_QUOTA')),
      'wrapped by a gateway': http(429, { error: { error: { code: 'insufficient_quota' } } }),
    },
  },
  {
    name: 'no such model',
    verdict: 'invalid-request -F-',
    advice: 'check the model',
    signals: {
      ...inStream('invalid_model', 'NotFoundError', 'FAILED_PRECONDITION', 'not_found_error'),
      ...inStream('model_not_found', 'DeploymentNotFound', 'NOT_FOUND'),
      OpenAI: http(404, openai('invalid_request_error', 'model_not_found')),
      'OpenAI, not of this project': http(403, openai('invalid_request_error', 'model_not_found')),
      Anthropic: http(404, anthropic('not_found_error')),
      Gemini: http(404, google(404, 'NOT_FOUND')),
      Azure: http(404, { error: { code: 'DeploymentNotFound', message: 'SERVER PROSE' } }),
      Ollama: http(404, { error: 'SERVER PROSE' }),
      'wrong path': http(404, '404 page not found'),
      'taken away': http(400, openai('invalid_request_error', 'model_decommissioned')),
      gone: http(410, 'SERVER PROSE'),
      'in the stream': stream([google(404, 'NOT_FOUND')]),
    },
  },
  {
    name: 'request timeout',
    verdict: 'timed-out RFB',
    signals: { plain: http(408), 'with a body': http(408, openai('timeout')) },
  },
  {
    name: 'too early',
    verdict: 'server RFB',
    signals: { plain: http(425), 'with a body': http(425, { error: 'SERVER PROSE' }) },
  },
  {
    name: 'given up by the server, under load',
    verdict: 'server RFB',
    signals: {
      plain: http(499),
      Google: http(499, google(499, 'CANCELLED')),
      'in the stream': stream([google(499, 'CANCELLED')]),
    },
  },
  {
    name: 'conflict',
    verdict: 'server R--',
    signals: { plain: http(409), 'with a body': http(409, openai('invalid_request_error')) },
  },
  {
    name: 'throttled',
    verdict: 'rate-limited RF-',
    signals: {
      ...inStream('rate_limit_reached_error', 'RateLimitReached', 'too_many_requests'),
      ...inStream('RESOURCE_EXHAUSTED'),
      OpenAI: http(429, openai('requests', 'rate_limit_exceeded')),
      Anthropic: http(429, anthropic('rate_limit_error')),
      Gemini: http(
        429,
        google(429, 'RESOURCE_EXHAUSTED', [
          quota('GenerateRequestsPerMinutePerProjectPerModel-FreeTier'),
        ]),
      ),
      OpenRouter: http(429, { error: { code: 429, message: 'SERVER PROSE', metadata: {} } }),
      'no body': http(429),
      'in the stream, by number': stream({ error: { code: 429, message: 'SERVER PROSE' } }),
      'in the stream, by a number in quotes': stream({ error: { code: '429' } }),
      'in the stream, by type': stream(anthropic('rate_limit_error')),
      'in the stream of Gemini': stream([google(429, 'RESOURCE_EXHAUSTED')]),
      'a failed response': stream({ response: { error: { code: 'rate_limit_exceeded' } } }),
    },
  },
  {
    name: 'server error',
    verdict: 'server RFB',
    signals: {
      OpenAI: http(500, openai('server_error')),
      Anthropic: http(500, anthropic('api_error')),
      Gemini: http(500, google(500, 'INTERNAL')),
      Ollama: http(500, { error: 'SERVER PROSE' }),
      'a type that blames the caller': http(500, openai('invalid_request_error')),
      'in the stream': stream(openai('server_error')),
      'in the stream of Gemini': stream(google(500, 'INTERNAL')),
      'a line of Ollama': stream({ error: 'SERVER PROSE' }),
      'flat, of vLLM': stream({
        object: 'error',
        message: 'SERVER PROSE',
        type: 'InternalServerError',
      }),
      'a chunk with choices': stream({
        choices: [],
        error: { code: 502, message: 'SERVER PROSE' },
      }),
      'a type that is new': stream(anthropic('sunspot_error')),
    },
  },
  {
    name: 'gateway',
    verdict: 'server RFB',
    signals: {
      'bad gateway': http(502, '<html>502</html>'),
      unavailable: http(503, google(503, 'UNAVAILABLE')),
      'gateway timeout': http(504, google(504, 'DEADLINE_EXCEEDED')),
      'no origin': http(520),
      'origin timed out': http(524, '<html>524</html>'),
      'unavailable, in the stream': stream(google(503, 'UNAVAILABLE')),
      'deadline, in the stream, by name alone': stream({ error: { status: 'DEADLINE_EXCEEDED' } }),
    },
  },
  {
    name: 'overloaded',
    verdict: 'overloaded RFB',
    signals: {
      ...inStream('engine_overloaded', 'service_tier_capacity_exceeded', 'capacity_exceeded'),
      ...inStream('over_capacity'),
      Anthropic: http(529, anthropic('overloaded_error')),
      'no body': http(529),
      'in the stream': stream(anthropic('overloaded_error')),
      'in the stream, the error alone': stream({
        type: 'overloaded_error',
        message: 'SERVER PROSE',
      }),
      'TGI, in the stream': stream({ error: 'SERVER PROSE', error_type: 'overloaded' }),
      'with status 503': http(503, { error: { type: 'engine_overloaded_error' } }),
      'with status 429': http(429, { error: { type: 'engine_overloaded_error' } }),
    },
  },
  {
    name: 'the server decides: not again',
    verdict: 'server -FB',
    signals: {
      'on 500': http(500, openai('server_error'), { 'x-should-retry': 'false' }),
      'on 503': http(503, undefined, { 'x-should-retry': 'false' }),
    },
  },
  {
    name: 'the server decides: again',
    verdict: 'invalid-request R--',
    signals: {
      'on 400': http(400, openai('invalid_request_error'), { 'x-should-retry': 'true' }),
      'on 422': http(422, undefined, { 'x-should-retry': 'true' }),
    },
  },
  {
    name: 'the wish of a good answer is not for its error',
    verdict: 'server RFB',
    signals: {
      'in the stream': {
        ...stream(openai('server_error')),
        headers: { 'x-should-retry': 'false' },
      },
      'no answer at all': { status: 200, headers: { 'x-should-retry': 'false' } },
    },
  },
  {
    name: '200 without an answer',
    verdict: 'server RFB',
    signals: {
      'an HTML page': http(200, '<!doctype html><title>hi</title>'),
      'no body': http(200),
      null: http(200, null),
      'nothing known at all': {},
      'no content': http(204, ''),
    },
  },
  {
    name: 'broken off',
    verdict: 'truncated RFB',
    signals: {
      'shorter than its length': { cause: coded('UND_ERR_RES_CONTENT_LENGTH_MISMATCH') },
      'closed too early': { cause: coded('ERR_STREAM_PREMATURE_CLOSE') },
      'half a gzip': { cause: coded('Z_BUF_ERROR') },
    },
  },
  {
    name: 'unreadable',
    verdict: 'malformed RFB',
    signals: {
      'headers too large': { cause: coded('UND_ERR_HEADERS_OVERFLOW', 'HeadersOverflowError') },
      ...codes('UND_ERR_RES_EXCEEDED_MAX_SIZE', 'HPE_HEADER_OVERFLOW'),
      'not gzip': { cause: wrapped(coded('Z_DATA_ERROR')) },
      'not brotli': { cause: coded('ERR__ERROR_FORMAT_HUFFMAN_SPACE') },
    },
  },
  {
    name: 'the answer failed',
    verdict: 'server RFB',
    signals: {
      'a call out of order': http(400, openai(null, 'UNEXPECTED_TOOL_CALL')),
      'too many calls': http(400, openai(null, 'TOO_MANY_TOOL_CALLS')),
      'malformed call': http(400, openai(null, 'MALFORMED_FUNCTION_CALL')),
      'no resources, before the stream': http(400, openai(null, 'insufficient_system_resource')),
      'a bad tool call, in the stream': stream({
        error: {
          message: 'SERVER PROSE',
          type: 'invalid_request_error',
          code: 'tool_use_failed',
          failed_generation: 'SERVER PROSE',
          status_code: 400,
        },
      }),
      'a bad tool call, with status 400': http(
        400,
        openai('invalid_request_error', 'tool_use_failed'),
      ),
      'no resources': stream({ error: { code: 'insufficient_system_resource' } }),
      'a malformed call': stream({ error: { code: 'MALFORMED_FUNCTION_CALL' } }),
    },
  },
  {
    name: 'aborted by its caller',
    verdict: 'invalid-request ---',
    signals: {
      DOM: { cause: new DOMException('SERVER PROSE', 'AbortError') },
      ...codes('ABORT_ERR', 'ERR_CANCELED'),
    },
  },
  {
    name: 'anything else that was thrown',
    verdict: 'invalid-request -F-',
    advice: 'see its cause',
    signals: {
      'an Error': { cause: new Error('SERVER PROSE') },
      'a RangeError': { cause: new RangeError('SERVER PROSE') },
      'a code of its own': { cause: coded('OUT_OF_STOCK') },
      'a TypeError with a code': { cause: coded('ERR_INVALID_ARG_TYPE', 'TypeError') },
      'a code in prose': { cause: coded('out of stock, sorry') },
      text: { cause: 'SERVER PROSE' },
      nothing: { cause: undefined },
      null: { cause: null },
      'an object': { cause: { reason: 'SERVER PROSE' } },
      'a status that is none': { cause: { status: 7 } },
    },
  },
];
