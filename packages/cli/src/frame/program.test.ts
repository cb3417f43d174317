import { CommandLine } from '../../test/command-line';
import { contextNamespace } from './kubeconfig-namespace';

test('--help is data, with the name that it was called by, and ends with 0', async () => {
  const { code, stdout, stderr } = await new CommandLine().run('--help', { name: 'kubectl podlag' });
  expect(stdout).toContain('Usage: kubectl podlag [options] [command]');
  expect(stdout).not.toContain('__complete');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('examples are typed as it was called', async () => {
  const { stdout } = await new CommandLine().run('latency set --help', { name: 'kubectl podlag' });
  expect(stdout).toContain('\n  kubectl podlag latency set 20ms');
});

test('a slip of the finger is answered by what was meant', async () => {
  const { code, stderr } = await new CommandLine().run('latancy');
  expect(stderr).toContain('Did you mean latency?');
  expect(code).toBe(2);
});

test('an error that is not podlag’s own is a failure too', async () => {
  const connect = (): never => {
    throw new Error('something else');
  };
  const { code, stderr } = await new CommandLine().run('fault list', { connect });
  expect(stderr).toContain('error: Error: something else');
  expect(code).toBe(1);
});

const file = (context: string, namespace?: string): string =>
  JSON.stringify({
    'current-context': context,
    contexts: [{ name: context, context: { cluster: 'c', user: 'u', ...(namespace && { namespace }) } }],
  });

test.each([
  [[file('a', 'shop')], undefined, 'shop'],
  [[file('a')], undefined, 'default'],
  [[file('a', 'shop'), file('b', 'bank')], undefined, 'shop'],
  [[file('a', 'shop'), file('b', 'bank')], 'b', 'bank'],
  [['', file('b', 'bank')], undefined, 'bank'],
  [[], undefined, 'default'],
])('of kubeconfigs %j the context %s is in %s', (files, context, namespace) => {
  expect(contextNamespace(files, context)).toBe(namespace);
});
