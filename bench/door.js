// Times Actions. stdin: {codes: {name: code}, events: {name: event, its secrets in it}, rounds}.
// stdout: {code: {event: {microseconds: the median of so many runs, after as many that warm up, admitted}}}
"use strict";

const { codes, events, rounds } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));

function median(values) {
  return values.sort((one, other) => one - other)[values.length >> 1];
}

function load(code) {
  const action = { exports: {} };
  new Function("module", "exports", "require", code)(action, action.exports, require);
  return action.exports.onExecutePostLogin;
}

async function timed(run, event) {
  const microseconds = [];
  const denials = [];
  const api = {
    access: { deny: (reason) => denials.push(reason) },
    idToken: { setCustomClaim: () => api },
    accessToken: { setCustomClaim: () => api },
    refreshToken: { setMetadata: () => api },
    transaction: { setMetadata: () => api },
  };
  for (let round = 0; round < 2 * rounds; round += 1) {
    const started = process.hrtime.bigint();
    await run({ ...event }, api);
    const ended = process.hrtime.bigint();
    if (round >= rounds) microseconds.push(Number(ended - started) / 1000);
  }
  return { microseconds: median(microseconds), admitted: denials.length === 0 };
}

(async () => {
  const found = {};
  for (const [name, code] of Object.entries(codes)) {
    found[name] = {};
    for (const [of, event] of Object.entries(events)) found[name][of] = await timed(load(code), event);
  }
  process.stdout.write(JSON.stringify(found));
})();
