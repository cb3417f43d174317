/**
 * For tests that measure time on a machine that others use too: one that fails runs a second time, its first failure in
 * the log. scripts/test names those that needed it.
 */
jest.retryTimes(1, { logErrorsBeforeRetry: true, retryImmediately: true });
