export { type FakeVercel, startFakeVercel, VERCEL_TOKEN } from "./fake-vercel";
export { type AnsweredCall, type Body, Vercel } from "./vercel";
