// The front door of the npm scripts: node src/cli/go.cjs NAME [arguments] loads NAME.mjs beside it.
// It says the one sentence about an old Node before anything that an old Node cannot even parse is loaded. So it is
// CommonJS, in the syntax of 2015, and imports nothing.
var wanted = [20, 19];
var have = process.versions.node.split('.').map(Number);
if (have[0] < wanted[0] || (have[0] === wanted[0] && have[1] < wanted[1])) {
  process.stderr.write(
    'irqscope: Node ' + process.versions.node + ' is too old, ' + wanted.join('.') + ' or newer is needed.\n',
  );
  process.exit(1);
}
// The program sees the arguments it would see if Node had started it.
var file = require('path').join(__dirname, process.argv[2] + '.mjs');
process.argv.splice(1, 2, file);
import(require('url').pathToFileURL(file).href);
