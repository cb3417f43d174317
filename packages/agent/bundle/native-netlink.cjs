/* global __dirname */
// Finds the native part of the npm package netlink, which build.mjs lays beside the bundle, where node-gyp-build would
// look for the package's own folder. Called only when the netlink driver opens its socket: without the file, tc still works.
const { join } = require('node:path');

module.exports = () => require(join(__dirname, 'netlink.node'));
