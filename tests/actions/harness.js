// Runs both renderings of the door over the vectors and over every combination of facts.
// stdin: {action, rule (their code), facts (names, in the table's order), logins (tests/vectors/logins.json)}
// stdout: {action | rule: {logins: [{denied, claims, stored}], table: [code], missing: {fact: [code]}}}
"use strict";

const { isDeepStrictEqual } = require("node:util");
const input = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const { configuration: settings, events, vectors } = input.logins;
const NAMESPACE = settings.namespace;

function parentOf(event, path) {
  const keys = path.split(".");
  const last = keys.pop();
  return [keys.reduce((value, key) => (value[key] ??= {}), event), last];
}

// "@proto" stands for what an object inherits, which JSON cannot say.
function withPrototype(value) {
  return value !== null && typeof value === "object" && "@proto" in value ? Object.create(value["@proto"]) : value;
}

function eventOf(vector) {
  const event = structuredClone(events[vector.at ?? "login"]);
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

function secretOf(vector) {
  if ("secret" in vector) return vector.secret ?? undefined;
  return JSON.stringify({ ...settings, ...vector.configuration });
}

function resultOf(denied, tokens, stored) {
  if (!isDeepStrictEqual(tokens[0], tokens[1])) throw new Error("the tokens differ");
  const claims = { organization: tokens[0][`${NAMESPACE}/organization`], roles: tokens[0][`${NAMESPACE}/roles`] };
  return { denied, claims: Object.keys(tokens[0]).length === 0 ? null : claims, stored };
}

function compile(code, names, result) {
  return new Function(...names, `${code}\nreturn ${result};`);
}

const action = compile(input.action, ["exports"], "exports.onExecutePostLogin")({});

async function runAction(vector) {
  const event = eventOf(vector);
  const tokens = [{}, {}];
  const denials = [];
  let stored = null;
  const setter = (token) => ({ setCustomClaim: (name, value) => (token[name] = value) });
  const api = {
    access: { deny: (reason) => denials.push(reason) },
    idToken: setter(tokens[0]),
    accessToken: setter(tokens[1]),
    refreshToken: { setMetadata: (key, value) => (stored = key === "organization" ? value : key) },
    transaction: { setMetadata: () => api },
  };
  event.secrets = { GUESTLIST_DOOR: secretOf(vector) };
  await action(event, api);
  if (denials.length > 1) throw new Error("deny was called twice");
  return resultOf(denials[0] ?? null, tokens, stored);
}

const rule = compile(input.rule, ["configuration", "UnauthorizedError"], "guestlistDoor");

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
    get request() {
      return { query: { ...event.request?.query, ...audience() }, body: event.request?.body };
    },
  };
}

async function runRule(vector) {
  const event = eventOf(vector);
  const tokens = [{}, {}];
  const calls = [];
  const run = rule({ GUESTLIST_DOOR: secretOf(vector) }, class UnauthorizedError extends Error {});
  const user = Object.create({}, { app_metadata: { get: () => event.user.app_metadata } });
  run(user, contextOf(event, tokens), (error) => calls.push(error));
  if (calls.length !== 1) throw new Error("the callback is called exactly once");
  return resultOf(calls[0]?.message ?? null, tokens, null);
}

function rows() {
  const every = 2 ** input.facts.length;
  const bit = (row, index) => ((row >> (input.facts.length - 1 - index)) & 1) === 1;
  return Array.from({ length: every }, (_, row) => Object.fromEntries(input.facts.map((fact, i) => [fact, bit(row, i)])));
}

async function results(code, run) {
  const policy = code.slice(code.indexOf("// policy:begin"), code.indexOf("// policy:end"));
  const decide = compile(policy, [], "decide")();
  const codes = (change) => rows().map((facts) => decide({ ...facts, ...change }).code);
  const missing = Object.fromEntries(input.facts.map((fact) => [fact, codes({ [fact]: undefined })]));
  const logins = [];
  for (const vector of vectors) logins.push(await run(vector));
  return { logins, table: codes({}), missing };
}

(async () => {
  const answer = { action: await results(input.action, runAction), rule: await results(input.rule, runRule) };
  process.stdout.write(JSON.stringify(answer));
})();
