const transform = {
  '\\.proto$': '<rootDir>/scripts/lib/jest-text.mjs',
  '^.+\\.ts$': [
    '@swc/jest',
    { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'commonjs' } },
  ],
  // ES modules only.
  '/node_modules/(jose|commander)/.+\\.js$': [
    '@swc/jest',
    { jsc: { parser: { syntax: 'ecmascript' }, target: 'es2024' }, module: { type: 'commonjs' } },
  ],
};

const project = (displayName, testMatch) => ({
  displayName,
  testMatch,
  transform,
  transformIgnorePatterns: ['/node_modules/(?!\\.pnpm/(jose|commander)@|jose/|commander/)'],
  testEnvironment: 'node',
  moduleFileExtensions: ['ts', 'js', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/packages/[^/]+/dist/'],
});

/** Packets, processes and clusters: what they take depends on who else uses the machine. */
const onRealMachines = (displayName, testMatch) => ({
  ...project(displayName, testMatch),
  setupFilesAfterEnv: ['<rootDir>/scripts/lib/jest-second-try.cjs'],
});

export default {
  // For tests that do not say how long they may take: a machine that others use too is no defect of ours.
  testTimeout: 30_000,
  globalSetup: '<rootDir>/scripts/lib/jest-temporary-folder.mjs',
  globalTeardown: '<rootDir>/scripts/lib/jest-temporary-folder-end.mjs',
  projects: [
    project('unit', ['<rootDir>/packages/*/src/**/*.test.ts']),
    // Packets through a real kernel: started by scripts/test in one that has netem.
    onRealMachines('kernel', ['<rootDir>/packages/*/test/**/*.kernel.ts']),
    // Packets through the host's own kernel, where a user namespace may be had: also one without netem does something.
    onRealMachines('host', ['<rootDir>/packages/*/test/**/*.host.ts']),
    // What a browser makes of our pages: Debian's chromium.
    project('browser', ['<rootDir>/packages/*/test/**/*.browser.ts']),
    // Against a real API server: started by scripts/test in the bed, beside it.
    {
      ...onRealMachines('apiserver', ['<rootDir>/packages/*/test/**/*.apiserver.ts']),
      globalSetup: '<rootDir>/packages/lab/test/definitions/setup.ts',
      globalTeardown: '<rootDir>/packages/lab/test/definitions/teardown.ts',
      // An ES module, which Jest cannot load; so it gets a bundle of it.
      moduleNameMapper: { '^@kubernetes/client-node$': '<rootDir>/packages/kube/dist/client-node.js' },
    },
    // The mission, step by step as a user types it, on the cluster that KUBECONFIG names.
    {
      ...onRealMachines('cluster', ['<rootDir>/packages/*/test/**/*.cluster.ts']),
      globalSetup: '<rootDir>/packages/lab/test/mission/support/setup.ts',
      globalTeardown: '<rootDir>/packages/lab/test/mission/support/teardown.ts',
    },
  ],
};
