// Runs Actions for the tenant. Requests and outcomes are lines of JSON on stdin and stdout, matched by id:
// {id, trigger, actions: [{id, name, code, secrets}], event, limit, now (both ms)} -> {id, outcome}.
"use strict";

const { AsyncLocalStorage } = require("node:async_hooks");
const { createRequire } = require("node:module");
const readline = require("node:readline");
const util = require("node:util");
const vm = require("node:vm");

const { cacheApi } = require("./action_cache.js");

// Actions live in the tenant's time, which can be told to jump; timers, and their limit, in the machine's.
const machine = Date;
let ahead = 0;
globalThis.Date = class Date extends machine {
  constructor(...given) {
    super(...(given.length > 0 ? given : [machine.now() + ahead]));
  }
  static now() {
    return machine.now() + ahead;
  }
};

const execution = new AsyncLocalStorage();
const modules = new Map();

// Module code runs once per deployed version and is shared by its executions, as in Node 22 Actions.
function load(action) {
  const key = JSON.stringify([action.id, action.code]);
  if (!modules.has(key)) {
    const names = ["exports", "require", "module", "console", "__filename", "__dirname"];
    const run = vm.compileFunction(action.code, names, { filename: `${action.name}.js` });
    const module = { exports: {} };
    run.call(module.exports, module.exports, createRequire("/"), module, logger, `/${action.name}.js`, "/");
    modules.set(key, module.exports);
  }
  return modules.get(key);
}

const write = (...words) => execution.getStore()?.logs.push(util.format(...words));
const send = process.stdout.write.bind(process.stdout);
// The pipe is ours alone: what an Action writes there goes to its log.
process.stdout.write = (text) => {
  write(String(text).trimEnd());
  return true;
};
const logger = { log: write, info: write, warn: write, error: write, debug: write };

// `post-login` -> `onExecutePostLogin`.
function handlerName(trigger) {
  const words = trigger.split("-").map((word) => word[0].toUpperCase() + word.slice(1));
  return `onExecute${words.join("")}`;
}

function emptyOutcome() {
  return {
    denied: null,
    error: "",
    id_token_claims: {},
    access_token_claims: {},
    added_scopes: [],
    removed_scopes: [],
    app_metadata: {},
    user_metadata: {},
    transaction_metadata: {},
    refresh_token_metadata: {},
    session_revoked: null,
    refresh_token_revoked: null,
    logs: [],
  };
}

function deny(outcome, error, reason) {
  if (outcome.denied !== null) return;
  outcome.denied = String(reason ?? "");
  outcome.error = String(error);
}

// As it will be sent; what JSON cannot hold throws in the Action that gave it.
const copy = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

// Sets a key of an outcome's map and of what the event shows of it; null removes it from the latter.
function setter(written, shown) {
  return (key, value) => {
    written[key] = copy(value);
    if (shown === undefined) return;
    if (value === null) delete shown[key];
    else shown[key] = copy(value);
  };
}

// Every method returns the api object, so that calls can be chained, as the documentation says.
function chained(api, methods) {
  const wrap = (method) => (...values) => {
    method(...values);
    return api;
  };
  return Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, wrap(method)]));
}

const caches = new Map();

function cacheOf(trigger) {
  if (!caches.has(trigger)) caches.set(trigger, new Map());
  return caches.get(trigger);
}

function credentialsExchangeApi(outcome, cache) {
  const api = { cache };
  api.access = chained(api, { deny: (code, reason) => deny(outcome, code, reason) });
  api.accessToken = chained(api, { setCustomClaim: setter(outcome.access_token_claims) });
  return api;
}

function postLoginApi(outcome, cache, event) {
  const api = { cache };
  api.access = chained(api, { deny: (reason) => deny(outcome, "access_denied", reason) });
  api.idToken = chained(api, { setCustomClaim: setter(outcome.id_token_claims) });
  api.accessToken = chained(api, {
    setCustomClaim: setter(outcome.access_token_claims),
    addScope: (scope) => outcome.added_scopes.push(String(scope)),
    removeScope: (scope) => outcome.removed_scopes.push(String(scope)),
  });
  api.user = chained(api, {
    setAppMetadata: setter(outcome.app_metadata),
    setUserMetadata: setter(outcome.user_metadata),
  });
  api.transaction = chained(api, {
    setMetadata: setter(outcome.transaction_metadata, event.transaction?.metadata),
  });
  const setRefreshMetadata = setter(outcome.refresh_token_metadata, event.refresh_token?.metadata);
  api.refreshToken = chained(api, {
    setMetadata: setRefreshMetadata,
    deleteMetadata: (key) => setRefreshMetadata(key, null),
    revoke: (reason) => {
      outcome.refresh_token_revoked = reason ?? "";
      deny(outcome, "access_denied", reason ?? "");
    },
  });
  api.session = chained(api, {
    revoke: (reason) => {
      outcome.session_revoked = reason ?? "";
      deny(outcome, "access_denied", reason ?? "");
    },
  });
  api.redirect = { canRedirect: () => false };
  api.rules = { wasExecuted: () => false };
  return api;
}

const APIS = { "post-login": postLoginApi, "credentials-exchange": credentialsExchangeApi };

async function runAction(action, trigger, event, outcome) {
  const secrets = Object.fromEntries(action.secrets.map(({ name, value }) => [name, value]));
  const own = { ...structuredClone(event), secrets };
  const api = APIS[trigger](outcome, cacheApi(cacheOf(trigger)), own);
  const handler = load(action)[handlerName(trigger)];
  if (typeof handler !== "function") throw new Error(`${action.name} exports no ${handlerName(trigger)}`);
  await handler(own, api);
  event.transaction = own.transaction && { ...event.transaction, metadata: own.transaction.metadata };
  event.refresh_token = own.refresh_token && { ...event.refresh_token, metadata: own.refresh_token.metadata };
}

async function runActions({ trigger, actions, event, limit }, outcome) {
  if (event.transaction) event.transaction.metadata ??= {};
  if (event.refresh_token) event.refresh_token.metadata ??= {};
  for (const action of actions) {
    await runAction(action, trigger, event, outcome);
    if (outcome.denied !== null) return;
  }
}

// As users report it [community 104471].
const TOO_LONG = "Request to Webtask exceeded allowed execution time";

async function answer(request) {
  ahead = request.now - machine.now();
  const outcome = emptyOutcome();
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(TOO_LONG)), request.limit);
  });
  try {
    await Promise.race([execution.run(outcome, () => runActions(request, outcome)), late]);
  } catch (error) {
    deny(outcome, "access_denied", error instanceof Error ? error.message : String(error));
  }
  clearTimeout(timer);
  send(`${JSON.stringify({ id: request.id, outcome })}\n`);
}

// What an Action left behind must not end the others' process.
process.on("unhandledRejection", () => {});
process.on("uncaughtException", () => {});

readline.createInterface({ input: process.stdin }).on("line", (line) => answer(JSON.parse(line)));
