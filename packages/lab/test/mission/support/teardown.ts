import { uninstall } from '../../install/installation';

/** After the last file: podlag goes as deploy/README.md says. Its namespace goes with it. */
export { uninstall as default };
