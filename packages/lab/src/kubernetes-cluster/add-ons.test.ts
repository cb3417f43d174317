import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyAddOns, dnsAvailable, fillIn, type AddOnsOptions } from './add-ons';

describe('a manifest', () => {
  it('gets the values that it asks for, each time that it does', () => {
    const text = 'clusterIP: ${CLUSTER_DNS}\nclusterIPs: [${CLUSTER_DNS}]\n';
    expect(fillIn(text, { CLUSTER_DNS: '10.78.0.10' }, 'coredns.yaml')).toBe(
      'clusterIP: 10.78.0.10\nclusterIPs: [10.78.0.10]\n',
    );
  });

  it.each(['$(POD_IP)', '$CLUSTER_DNS', '{{ .CLUSTER_DNS }}'])('keeps what is none of ours: %s', (text) => {
    expect(fillIn(text, { CLUSTER_DNS: '10.78.0.10' }, 'coredns.yaml')).toBe(text);
  });

  it('is refused by name when it asks for what nobody knows', () => {
    expect(() => fillIn('${CLUSTER_DSN}', { CLUSTER_DNS: '10.78.0.10' }, 'coredns.yaml')).toThrow(
      'coredns.yaml has ${CLUSTER_DSN}',
    );
  });
});

describe('what kubectl does', () => {
  let folder = '';
  let options: AddOnsOptions;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'podlag-add-ons-'));
    options = { kubectl: join(folder, 'kubectl'), kubeconfig: '/admin.kubeconfig', folder };
    await mkdir(join(folder, 'manifests'));
    await writeFile(join(folder, 'manifests', 'coredns.yaml'), 'clusterIP: ${CLUSTER_DNS}\n');
    await writeFile(join(folder, 'manifests', 'README.md'), '${NOT_A_MANIFEST}\n');
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** A program in place of kubectl: the real one wants an API server. */
  const kubectlThat = async (script: string): Promise<void> => {
    await writeFile(options.kubectl, `#!/bin/sh\n${script}\n`);
    await chmod(options.kubectl, 0o755);
  };

  const apply = (): Promise<void> =>
    applyAddOns(options, join(folder, 'manifests'), { CLUSTER_DNS: '10.78.0.10' });

  it('is told to apply the manifests, and no other file, filled in', async () => {
    // The last argument of `apply` is the folder; `wait` comes before it.
    await kubectlThat(`for last; do :; done; test ! -d "$last" || cat "$last"/* > '${folder}/applied'`);
    await apply();
    expect(await readFile(join(folder, 'applied'), 'utf8')).toBe('clusterIP: 10.78.0.10\n');
  });

  it('gets nothing of the environment that it is called in, and keeps nothing outside of the folder', async () => {
    await kubectlThat(`env > '${folder}/env'; echo "$@" > '${folder}/arguments'`);
    await dnsAvailable(options);
    expect(await readFile(join(folder, 'env'), 'utf8')).not.toMatch(/^(HOME|KUBECONFIG|https?_proxy)=/im);
    expect(await readFile(join(folder, 'arguments'), 'utf8')).toContain(`--cache-dir ${folder}/`);
  });

  it.each<[string, () => Promise<void>]>([
    ['add-on-refused', apply],
    ['dns-not-available', () => dnsAvailable(options, 1000)],
  ])('is an error with what it said: %s', async (code, act) => {
    await kubectlThat('echo "error: timed out waiting" >&2; exit 1');
    await expect(act()).rejects.toMatchObject({ code, detail: expect.stringContaining('timed out waiting') });
  });
});
