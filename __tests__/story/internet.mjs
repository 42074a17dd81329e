// The internet for a story: requests to public hosts go to a server of the test, and certificates are valid.
import { EventEmitter } from "node:events";
import http from "node:http";
import https from "node:https";
import tls from "node:tls";

const port = process.env.STORY_INTERNET;
const { request } = http;
const isPublic = (url) => url instanceof URL && !/^(127\.0\.0\.1|localhost)$/.test(url.hostname);
const sent = (url, { signal } = {}) =>
  request(`http://127.0.0.1:${port}${url.pathname}${url.search}`, {
    signal,
    headers: { host: url.host, "x-forwarded-proto": url.protocol.slice(0, -1) },
  });
for (const [module, original] of [
  [http, request],
  [https, https.request],
])
  module.request = (url, ...rest) => (isPublic(url) && port ? sent(url, rest[0]) : original(url, ...rest));

const { connect } = tls;
tls.connect = (...args) => {
  if (!port || args[0]?.port !== 443) return connect(...args);
  const socket = new EventEmitter();
  const until = new Date(Date.now() + 60 * 24 * 3600 * 1000);
  setImmediate(() => socket.emit("secureConnect"));
  return Object.assign(socket, {
    setTimeout() {},
    destroy() {},
    getPeerCertificate: () => ({
      subject: {},
      subjectaltname: `DNS:${args[0].servername}`,
      valid_to: until.toUTCString(),
    }),
  });
};
