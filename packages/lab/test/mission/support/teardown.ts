import { leaveDefinitions } from '../../definitions/hurried';
import { uninstall } from '../../install/installation';

/** After the last file: podlag goes as deploy/README.md says. Its namespace goes with it. */
async function leave(): Promise<void> {
  await uninstall();
  leaveDefinitions();
}

export { leave as default };
