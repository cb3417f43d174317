import { execIn, type MeasuringPod } from './measuring-pod';

/** What came back. */
export interface SignedAnswer {
  readonly status: number;
  /** WWW-Authenticate, of a 401. */
  readonly challenge?: string;
  readonly body: Readonly<Record<string, unknown>>;
}

// No fetch(): it says of itself what a browser does, and those are refused.
const program = `
const [url, token] = process.argv.slice(1);
const headers = token ? { authorization: 'Bearer ' + token } : {};
require('node:http').get(url, { headers, timeout: 20000 }, (answer) => {
  let text = '';
  answer.setEncoding('utf8').on('data', (data) => (text += data)).on('end', () => console.log(JSON.stringify({
    status: answer.statusCode, challenge: answer.headers['www-authenticate'], body: JSON.parse(text),
  })));
}).on('timeout', function () { this.destroy(new Error('no answer in 20 s')); });
`;

/** A GET from a pod, with a token or, where it is empty, without one. Any status is an answer. */
export async function signedCall(
  { namespace, name }: MeasuringPod,
  url: string,
  token = '',
): Promise<SignedAnswer> {
  const printed = await execIn(namespace, name, 'http', ['node', '-e', program, '--', url, token]);
  return JSON.parse(printed) as SignedAnswer;
}
