export { createFakeClient, type FakeCall, type FakeClient, type FakeClientOptions } from './fake-client.js';
