import { leaveDefinitions } from '../../definitions/hurried';
import { uninstall } from '../../install/installation';
import { untilLeftAreGone } from './namespaces';

/** After the last file: podlag goes as deploy/README.md says. Its namespace goes with it. */
async function leave(): Promise<void> {
  await untilLeftAreGone();
  await uninstall();
  leaveDefinitions();
}

export { leave as default };
