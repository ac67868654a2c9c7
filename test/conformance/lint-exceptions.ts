/** Where a rule of the linters is not kept, and why. An entry that nothing needs any more fails the test. */
export interface LintException {
  readonly rule: string;
  /** Where in the document. */
  readonly at: RegExp;
  readonly reason: string;
}

export const lintExceptions: readonly LintException[] = [
  {
    rule: 'owasp:api2:2023-no-credentials-in-url',
    at: /^paths\/\/v1\/(api-keys\/\{apiKeyId\}|access\/explain)/,
    reason: 'The id of a key, as lists show it. The key itself is in no address.',
  },
  {
    rule: 'owasp:api2:2023-no-credentials-in-url',
    at: /^paths\/\/public\/v1\/(u|files)\/\{token\}\//,
    reason:
      'RFC 8058: the link of List-Unsubscribe is all a mail client has. Its token is good for ending the mails of one person and for nothing else. That of a file opens the one file until it expires.',
  },
  {
    rule: 'owasp:api2:2023-write-restricted',
    at: /^paths\/\/public\/v1\/u\/\{token\}\/post/,
    reason: 'RFC 8058: mail clients unsubscribe without signing in; the signed token in the address is the proof.',
  },
  {
    rule: 'owasp:api2:2023-read-restricted',
    at: /^paths\/\/public\/v1\/(u|files)\/\{token\}\/get/,
    reason:
      'The page behind the same link shows a button and tells nothing; the file behind its own is for who was given the signed address.',
  },
  {
    rule: 'owasp:api2:2023-write-restricted',
    at: /^paths\/\/v1\/auth\/(login|refresh)\/post/,
    reason:
      'Who signs in has no token yet: password and refresh token in the body are the proof. Attempts are throttled by account and address.',
  },
];
