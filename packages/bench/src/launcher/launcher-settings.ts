import { setting } from '@podlag/core';
import * as z from 'zod';

/** Everything that can be set, by the environment (`PODLAG_IMAGE`). */
export const launcherSettings = z
  .strictObject({
    /** File: the scenario, YAML. */
    scenario: setting.text().optional(),
    /** Instead of a scenario: the name of a run whose launcher has died. */
    attach: setting.text().optional(),
    /** Of orchestrator and workers, as the nodes pull it. */
    image: setting.text().optional(),
    /** Made where it is not there; default `podlag-bench`. */
    namespace: setting.text().optional(),
    /** Which nodes get workers, as kubectl's --selector; default all that are Ready and take pods. */
    nodes: setting.text().optional(),
    /** At most so many of them, chosen as the placements need; default all. */
    mostNodes: setting.count(1, 10_000).optional(),
    /** Folder for the run's folder. */
    results: setting.text().default('podlag-results'),
    /** How long pods may take until they run; default 5m. */
    startWithin: setting.duration().optional(),
    /** How long the orchestrator waits for somebody to fetch its results; default 10m. */
    linger: setting.duration().optional(),
    /** After its end the cluster takes the run's objects away; default 1m. */
    ttl: setting.duration().optional(),
  })
  .refine(({ scenario, attach }) => (scenario === undefined) !== (attach === undefined), {
    path: ['scenario'],
    message: 'give a scenario file, or with PODLAG_ATTACH a run to go on with',
  })
  .refine(({ image, attach }) => image !== undefined || attach !== undefined, {
    path: ['image'],
    message: 'must name the image of podlag-bench, as the nodes pull it',
  });

export type LauncherSettings = Readonly<z.output<typeof launcherSettings>>;
