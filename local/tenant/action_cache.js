// `api.cache` with Auth0's limits [actions limitations]: 20 records of a trigger, keys of 64 bytes, values of
// 4 kB, 8 kB together, 24 hours; the codes are those of the types of Actions. Times are in milliseconds.
"use strict";

const DEFAULT_TTL = 15 * 60_000;
const LONGEST_TTL = 24 * 3_600_000;
const MOST_RECORDS = 20;
const LARGEST_KEY = 64;
const LARGEST_VALUE = 4096;
const LARGEST_CACHE = 8192;

const size = (text) => Buffer.byteLength(String(text));
const failed = (code) => ({ type: "error", code });

function living(records) {
  for (const [key, record] of records) {
    if (record.expires_at <= Date.now()) records.delete(key);
  }
  return records;
}

function excess(records, key, value) {
  if (size(key) > LARGEST_KEY) return "CacheKeySizeExceeded";
  if (size(value) > LARGEST_VALUE) return "CacheValueSizeExceeded";
  const others = [...living(records)].filter(([other]) => other !== key);
  const held = others.reduce((sum, [other, record]) => sum + size(other) + size(record.value), 0);
  const full = others.length >= MOST_RECORDS || held + size(key) + size(value) > LARGEST_CACHE;
  return full ? "CacheSizeExceeded" : null;
}

// The earlier of both ends where two are given, a quarter of an hour where none is.
function end({ ttl, expires_at: at } = {}) {
  const given = [ttl === undefined ? undefined : Date.now() + ttl, at].filter((one) => one !== undefined);
  if (!given.every(Number.isFinite)) return undefined;
  return Math.floor(given.length === 0 ? Date.now() + DEFAULT_TTL : Math.min(...given));
}

exports.cacheApi = (records) => ({
  get: (key) => {
    const record = living(records).get(key);
    return record && { ...record };
  },
  set: (key, value, options) => {
    const code = excess(records, key, value);
    if (code !== null) return failed(code);
    const expires = end(options);
    if (expires === undefined) return failed("InvalidExpiry");
    if (expires <= Date.now()) return failed("ItemAlreadyExpired");
    const record = { value, expires_at: Math.min(expires, Date.now() + LONGEST_TTL) };
    records.set(key, record);
    return { type: "success", record: { ...record } };
  },
  delete: (key) => (living(records).delete(key) ? { type: "success" } : failed("CacheKeyDoesNotExist")),
});
