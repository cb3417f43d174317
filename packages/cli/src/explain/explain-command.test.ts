import { closeAgents, CommandLine } from '../../test/command-line';

afterEach(closeAgents);

async function slowed(): Promise<CommandLine> {
  const line = new CommandLine();
  const { put } = await line.pod('shop', 'web');
  await line.pod('shop', 'db');
  await put('/v1/faults/slow', { delay: { time: '20ms' }, to: [{ cidr: '10.1.0.2/32' }] });
  return line;
}

test('both ends are asked, and what a connection takes longer is said', async () => {
  const { stdout, code } = await (await slowed()).run('explain web pod/db --port 2379');
  expect(stdout).toContain('At web:\n  to 10.1.0.2: slow: {"delay":{"time":"20ms"}}\n');
  expect(stdout).toContain('round trip 20ms');
  expect(stdout).toContain('At db:\n  to 10.1.0.1: ');
  expect(code).toBe(0);
});

test('an address needs no agent', async () => {
  expect(await (await slowed()).json('explain web 10.9.9.9')).toMatchObject({
    sides: [{ agent: 'web', peer: '10.9.9.9', egress: { faults: [] } }],
  });
});

test('with --agent the peer alone is given, by its address', async () => {
  const line = await slowed();
  const at = `--agent 127.0.0.1:${line.agents.get('shop/web')!.agent.port}`;
  expect((await line.run(`explain 10.1.0.2 ${at}`)).stdout).toContain('slow');
  expect((await line.run(`explain db ${at}`)).code).toBe(2);
});

test('a peer that is not there is said', async () => {
  const { code, stderr } = await (await slowed()).run('explain web gone');
  expect(stderr).toContain('no pod "gone" in shop');
  expect(code).toBe(1);
});
