import { startFleetAgent } from '../test/agent-fleet';
import { StillDriver } from './still-driver';

/** Starts agents at the addresses that it is given, `127.1.0.1,127.1.0.2`, on port 2332; says so in a line, and runs until it is ended. */
async function main(): Promise<void> {
  // In order, so that node --cpu-prof writes what it has.
  process.on('SIGTERM', () => process.exit(0));
  const addresses = (process.argv[2] ?? '').split(',');
  for (const address of addresses) {
    await startFleetAgent(address, {
      env: { PODLAG_LISTEN_PORT: '2332', PODLAG_DRIFT_CHECK_INTERVAL: '0s' },
      driver: new StillDriver(),
    });
  }
  process.stdout.write('ready\n');
}

void main();
