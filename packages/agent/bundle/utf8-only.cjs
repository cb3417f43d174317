// What body-parser needs of iconv-lite, for the one encoding of JSON.
const { StringDecoder } = require('node:string_decoder');

const isUtf8 = (encoding) => /^utf-?8$/i.test(encoding);

module.exports = {
  encodingExists: isUtf8,
  getDecoder: () => new StringDecoder('utf8'),
  decode: (buffer) => buffer.toString('utf8'),
};
