/**
 * A program for `node -e`: METHOD URL BODY COUNT. Makes that call so often, each on a connection of its own, for a new
 * one shows both the handshake's delay and the answer's. Prints one `HttpAnswer` as JSON.
 */
export const httpCalls = `
const http = require('node:http');
const [method, url, body, count] = process.argv.slice(1);
const headers = body ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } : {};
const call = () => new Promise((resolve, reject) => {
  const started = performance.now();
  const request = http.request(url, { method, headers, agent: false, timeout: 60000 }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (data) => (text += data)).on('error', reject);
    response.on('end', () => resolve([response.statusCode, text, performance.now() - started]));
  });
  request.on('error', reject).on('timeout', () => request.destroy(new Error('no answer in 60 s'))).end(body);
});
(async () => {
  const timesMs = [];
  let status, text, ms;
  for (let i = 0; i < count; i++) { [status, text, ms] = await call(); timesMs.push(ms); }
  console.log(JSON.stringify({ status, body: text, timesMs }));
})().catch((error) => { console.error(method, url, error.message); process.exitCode = 1; });
`;

/** A program for `node -e`: PORT ... Answers every request on these ports with `ok`. */
export const httpServer = `
for (const port of process.argv.slice(1)) {
  require('node:http').createServer((request, response) => response.end('ok')).listen(port);
}
process.on('SIGTERM', () => process.exit());
`;

/** What came back of the last of the calls, and how long each took, from before the name was looked up to the end of the body. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly timesMs: readonly number[];
}
