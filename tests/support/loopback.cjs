/*
 * Preloaded into the real servers that tests start: some of them bind every interface and have no option against it.
 * Prints where they listen, so that port 0 can be asked for, and ends them with whoever started them.
 */
const dns = require("node:dns");
const http = require("node:http");
const net = require("node:net");

for (const prototype of new Set([http.Server.prototype, net.Server.prototype])) {
  const listen = prototype.listen;
  prototype.listen = function listenOnLoopback(...args) {
    const port = typeof args[0] === "object" ? args[0].port : args[0];
    this.once("listening", () => console.log(`LISTENING ${this.address().port}`));
    return listen.call(
      this,
      { port: Number(port), host: "127.0.0.1" },
      ...args.filter((arg) => typeof arg === "function"),
    );
  };
}

// Node looks even an address up before it listens there. Some servers ask for their port as soon as they have said `listen`.
const { lookup } = dns;
dns.lookup = (name, options, found) => {
  if (name !== "127.0.0.1" || !options.all) return lookup(name, options, found);
  found(null, [{ address: name, family: 4 }]);
};

process.stdin.on("end", () => process.exit()).resume();
