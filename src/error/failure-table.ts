import type { LlmErrorKind } from './llm-error';

/**
 * One row of the table. It applies when any one of its criteria is met; a row without
 * criteria applies to everything. What a row doesn't say follows from its kind.
 */
export interface FailureRow {
  /** HTTP statuses, or ranges of them. */
  readonly statuses?: readonly (number | readonly [from: number, to: number])[];
  /** Codes and types of an error body. Case is ignored and `*` stands for anything. */
  readonly codes?: readonly string[];
  /** Codes, or names where there is no code, of a thrown error and its causes; as `codes`. */
  readonly causes?: readonly string[];
  readonly kind: LlmErrorKind;
  readonly retryable?: boolean;
  readonly failover?: boolean;
  readonly providerFault?: boolean;
  /** What the user does next, where the kind alone doesn't say it. */
  readonly advice?: string;
}

/**
 * What each failure means: the first row that applies decides. Codes that are specific
 * come before statuses, and types that servers put on every kind of failure after them.
 */
export const failureTable: readonly FailureRow[] = [
  // Thrown errors: time ran out.
  {
    causes: ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'TimeoutError', 'AjaxTimeoutError'],
    kind: 'timed-out',
  },
  // The caller's own abort: it says nothing about the server, and nobody waits for another try.
  {
    causes: ['AbortError', 'ABORT_ERR', 'ERR_CANCELED'],
    kind: 'invalid-request',
    advice: 'it was aborted on this side',
  },
  // A damaged record on the way, unlike the other TLS errors.
  { causes: ['ERR_SSL_*BAD_RECORD_MAC', 'ERR_TLS_HANDSHAKE_TIMEOUT'], kind: 'network' },
  // The set-up of this target: certificates, the URL, a header that can't be sent, a closed pool.
  {
    causes: [
      'CERT_*',
      'CRL_*',
      'UNABLE_TO_*',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'HOSTNAME_MISMATCH',
      'INVALID_CA',
      'INVALID_PURPOSE',
      'PATH_LENGTH_EXCEEDED',
      'ERR_TLS_*',
      'ERR_SSL_*',
      'EPROTO',
      'UND_ERR_PRX_TLS',
    ],
    kind: 'invalid-request',
    failover: true,
    advice: 'check baseURL and the TLS certificates',
  },
  {
    causes: [
      'ERR_INVALID_URL',
      'ERR_INVALID_PROTOCOL',
      'ERR_INVALID_CHAR',
      'ERR_HTTP_INVALID_HEADER_VALUE',
      'UND_ERR_INVALID_ARG',
    ],
    kind: 'invalid-request',
    failover: true,
    advice: 'check baseURL, the API key and the headers for characters that do not belong there',
  },
  {
    causes: ['UND_ERR_CLOSED', 'UND_ERR_DESTROYED'],
    kind: 'invalid-request',
    failover: true,
    advice: 'do not use a transport after it was closed',
  },
  // The body: cut, or not what its headers say.
  {
    causes: ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'ERR_STREAM_PREMATURE_CLOSE', 'Z_BUF_ERROR'],
    kind: 'truncated',
  },
  {
    causes: [
      'UND_ERR_HEADERS_OVERFLOW',
      'UND_ERR_RES_EXCEEDED_MAX_SIZE',
      'HPE_HEADER_OVERFLOW',
      'Z_DATA_ERROR',
      'ERR__ERROR_FORMAT_*',
    ],
    kind: 'malformed',
  },
  // The connection.
  {
    causes: [
      'ECONN*',
      'ENOTFOUND',
      'EAI_*',
      'EPIPE',
      'ETIMEDOUT',
      'EHOST*',
      'ENET*',
      'EADDRNOTAVAIL',
      'UND_ERR_CONNECT_TIMEOUT',
      'UND_ERR_SOCKET',
      'UND_ERR_INFO',
      // A proxy has refused.
      'UND_ERR_ABORTED',
      'ERR_NETWORK',
      'ERR_HTTP2_*',
      'HPE_*',
      'HTTPParserError',
      'NetworkError',
      'AjaxError',
      'HttpErrorResponse',
    ],
    kind: 'network',
    advice: 'check the network and baseURL',
  },
  // What connections are made of is used up on this side: the server never heard of the call.
  {
    causes: ['EMFILE', 'ENFILE', 'ENOBUFS'],
    kind: 'network',
    providerFault: false,
    advice: 'let fewer calls run at a time',
  },
  // Of what it is, nothing is known: the same again is no use, another target may be.
  { causes: ['*'], kind: 'invalid-request', failover: true },

  // Codes that say more than the status does.
  {
    statuses: [402],
    codes: [
      'insufficient_quota',
      'insufficient_user_quota',
      'exceeded_current_quota_error',
      'billing_hard_limit_reached',
      'billing_not_active',
      'billing_error',
      'BILLING_DISABLED',
      'enforced_spend_limit_reached',
      'budget_exceeded',
      'insufficient_balance',
      'insufficient_credits',
      '*PerDay*',
    ],
    kind: 'quota-exhausted',
  },
  {
    statuses: [413],
    codes: [
      'context_length_exceeded',
      'exceed_context_size_error',
      'string_above_max_length',
      'request_too_large',
    ],
    kind: 'context-too-long',
  },
  {
    codes: [
      'content_filter',
      'content_policy_violation',
      'image_content_policy_violation',
      'ResponsibleAIPolicyViolation',
      'invalid_prompt',
      'bio_policy',
    ],
    kind: 'content-filtered',
  },
  {
    statuses: [404, 410],
    codes: [
      'model_not_found',
      'model_decommissioned',
      'invalid_model',
      'DeploymentNotFound',
      'not_found_error',
      'NotFoundError',
      'NOT_FOUND',
      'FAILED_PRECONDITION',
    ],
    kind: 'invalid-request',
    failover: true,
    advice: 'check the model and baseURL',
  },
  {
    statuses: [401, 403],
    codes: [
      'invalid_api_key',
      'API_KEY_INVALID',
      'authentication_error',
      'invalid_authentication_error',
      'permission_error',
      'UNAUTHENTICATED',
      'PERMISSION_DENIED',
    ],
    kind: 'unauthorized',
  },
  {
    statuses: [529],
    codes: [
      'overloaded_error',
      'overloaded',
      'engine_overloaded_error',
      'engine_overloaded',
      'service_tier_capacity_exceeded',
      'capacity_exceeded',
      'over_capacity',
    ],
    kind: 'overloaded',
  },
  {
    statuses: [429],
    codes: [
      'rate_limit_exceeded',
      'rate_limit_error',
      'rate_limit_reached_error',
      'RateLimitReached',
      'too_many_requests',
      'RESOURCE_EXHAUSTED',
    ],
    kind: 'rate-limited',
  },
  // The model made a bad call or the server gave up on the answer: the next try may be good.
  {
    codes: [
      'tool_use_failed',
      'insufficient_system_resource',
      'MALFORMED_FUNCTION_CALL',
      'UNEXPECTED_TOOL_CALL',
      'TOO_MANY_TOOL_CALLS',
    ],
    kind: 'server',
  },

  // Statuses.
  { statuses: [408], kind: 'timed-out' },
  { statuses: [409], kind: 'server', failover: false, providerFault: false },
  // The latter is Google's for what its own servers cancel; a call that is left sees no answer.
  { statuses: [425, 499], kind: 'server' },
  {
    statuses: [[300, 399]],
    kind: 'invalid-request',
    failover: true,
    advice: 'check baseURL: a redirect is not followed',
  },
  { statuses: [[400, 499]], kind: 'invalid-request' },
  { statuses: [[500, 599]], kind: 'server' },

  // Types that decide only where no status does, which is inside a stream.
  {
    codes: [
      'invalid_request_error',
      'invalid_request',
      'BadRequestError',
      'INVALID_ARGUMENT',
      'OUT_OF_RANGE',
      'unsupported_*',
      'unknown_parameter',
      'missing_required_parameter',
      'invalid_value',
      'invalid_type',
      'invalid_image*',
      'invalid_base64_image',
      'image_*',
      'empty_image_file',
      'failed_to_download_image',
      'validation',
    ],
    kind: 'invalid-request',
  },
  // `server_error`, `api_error`, `INTERNAL`, `UNAVAILABLE`, an HTML page, whatever comes next year.
  { kind: 'server' },
];
