// A file's text as a module, as esbuild's text loader gives it in a bundle.
export default { process: (text) => ({ code: `module.exports = ${JSON.stringify(text)};` }) };
