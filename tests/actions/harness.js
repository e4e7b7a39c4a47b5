// Runs every rendering of the door over its vectors and over every combination of its facts.
// stdin: {name: {code, facts (names, in the table's order), vectors (a file of tests/vectors)}} for action, rule, systems
// stdout: the same names: {results: [{denied, claims, ...}], table: [code], missing: {fact: [code]}}
"use strict";

const { isDeepStrictEqual } = require("node:util");
const input = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const NAMESPACE = "https://guestlist.example/claims";

function parentOf(event, path) {
  const keys = path.split(".");
  const last = keys.pop();
  return [keys.reduce((value, key) => (value[key] ??= {}), event), last];
}

// "@proto" stands for what an object inherits, which JSON cannot say.
function withPrototype(value) {
  return value !== null && typeof value === "object" && "@proto" in value ? Object.create(value["@proto"]) : value;
}

function eventOf(vector, { events }) {
  const event = structuredClone(events[vector.at ?? Object.keys(events)[0]]);
  for (const [path, value] of Object.entries(vector.set ?? {})) {
    const [parent, key] = parentOf(event, path);
    parent[key] = withPrototype(value);
  }
  for (const path of vector.remove ?? []) {
    const [parent, key] = parentOf(event, path);
    delete parent[key];
  }
  if (vector.throws !== undefined) {
    const [parent, key] = parentOf(event, vector.throws);
    const get = () => {
      throw new Error("ann@example.com must not be seen");
    };
    Object.defineProperty(parent, key, { get });
  }
  return event;
}

function secretsOf(vector, { configuration: settings }) {
  const door = "secret" in vector ? (vector.secret ?? undefined) : JSON.stringify({ ...settings, ...vector.configuration });
  return { GUESTLIST_DOOR: door, ...vector.closed };
}

function loginResult(denied, tokens, stored) {
  if (!isDeepStrictEqual(tokens[0], tokens[1])) throw new Error("the tokens differ");
  const claims = { organization: tokens[0][`${NAMESPACE}/organization`], roles: tokens[0][`${NAMESPACE}/roles`] };
  return { denied, claims: Object.keys(tokens[0]).length === 0 ? null : claims, stored };
}

function compile(code, names, result) {
  const made = new Function("require", ...names, `${code}\nreturn ${result};`);
  return (...values) => made(require, ...values);
}

const action = compile(input.action.code, ["exports"], "exports.onExecutePostLogin")({});

async function runAction(vector, file) {
  const event = eventOf(vector, file);
  const tokens = [{}, {}];
  const denials = [];
  const stored = {};
  const setter = (token) => ({ setCustomClaim: (name, value) => (token[name] = value) });
  const api = {
    access: { deny: (reason) => denials.push(reason) },
    idToken: setter(tokens[0]),
    accessToken: setter(tokens[1]),
    refreshToken: { setMetadata: (key, value) => (stored[key] = value) },
    transaction: { setMetadata: () => api },
  };
  event.secrets = secretsOf(vector, file);
  await action(event, api);
  if (denials.length > 1) throw new Error("deny was called twice");
  return loginResult(denials[0] ?? null, tokens, stored);
}

const systems = compile(input.systems.code, ["exports"], "exports.onExecuteCredentialsExchange")({});

async function runSystems(vector, file) {
  const event = eventOf(vector, file);
  const claims = {};
  const denials = [];
  const api = {
    access: { deny: (code, reason) => denials.push([code, reason]) },
    accessToken: { setCustomClaim: (name, value) => (claims[name.replace(`${NAMESPACE}/`, "")] = value) },
  };
  event.secrets = secretsOf(vector, file);
  await systems(event, api);
  if (denials.length > 1) throw new Error("deny was called twice");
  return { denied: denials[0] ?? null, claims: Object.keys(claims).length === 0 ? null : claims };
}

const rule = compile(input.rule.code, ["configuration", "UnauthorizedError"], "guestlistDoor");

// A Rule's context, made of the same event; what throws there throws here.
function contextOf(event, tokens) {
  const audience = () => (event.resource_server === undefined ? {} : { audience: event.resource_server.identifier });
  return {
    idToken: tokens[0],
    accessToken: tokens[1],
    get clientID() { return event.client?.client_id; },
    get clientMetadata() { return event.client?.metadata; },
    get connectionMetadata() { return event.connection?.metadata; },
    get organization() { return event.organization; },
    get protocol() { return event.transaction?.protocol; },
    get authentication() { return event.authentication; },
    get request() {
      return { query: { ...event.request?.query, ...audience() }, body: event.request?.body };
    },
  };
}

async function runRule(vector, file) {
  const event = eventOf(vector, file);
  const tokens = [{}, {}];
  const calls = [];
  const run = rule(secretsOf(vector, file), class UnauthorizedError extends Error {});
  const user = Object.create({}, { app_metadata: { get: () => event.user.app_metadata } });
  run(user, contextOf(event, tokens), (error) => calls.push(error));
  if (calls.length !== 1) throw new Error("the callback is called exactly once");
  return loginResult(calls[0]?.message ?? null, tokens, {});
}

function rows(facts) {
  const bit = (row, index) => ((row >> (facts.length - 1 - index)) & 1) === 1;
  const rowOf = (_, row) => Object.fromEntries(facts.map((fact, i) => [fact, bit(row, i)]));
  return Array.from({ length: 2 ** facts.length }, rowOf);
}

async function resultsOf({ code, facts, vectors: file }, run) {
  const policy = code.slice(code.indexOf("// policy:begin"), code.indexOf("// policy:end"));
  const decide = compile(policy, [], "decide")();
  const codes = (change) => rows(facts).map((row) => decide({ ...row, ...change }).code);
  const missing = Object.fromEntries(facts.map((fact) => [fact, codes({ [fact]: undefined })]));
  const results = [];
  if (file.now !== undefined) Date.now = () => Date.parse(file.now);
  for (const vector of file.vectors) results.push(await run(vector, file));
  return { results, table: codes({}), missing };
}

(async () => {
  const answer = {};
  for (const [name, run] of Object.entries({ action: runAction, rule: runRule, systems: runSystems })) {
    answer[name] = await resultsOf(input[name], run);
  }
  process.stdout.write(JSON.stringify(answer));
})();
