import { expect, test } from "bun:test";
import { readSettings } from "#src/settings.ts";

test.each([
  "https://a.example/oauth/{appUuid}.json",
  "https://a.example:8443/{appUuid}",
  "https://a.example/{appUuid}/client.json",
  "https://a.example/client.json",
])("%s is an address of client metadata documents", (CLIENT_METADATA_URL) => {
  expect(readSettings({ CLIENT_METADATA_URL }).clientMetadataUrl).toBe(CLIENT_METADATA_URL);
});

test.each([
  "http://a.example/{appUuid}.json",
  "https://a.example",
  "https://a.example/",
  "https://a.example/client.json?{appUuid}",
  "https://a.example/client.json#{appUuid}",
  "https://{appUuid}.example/client.json",
  "https://a.example/{other}.json",
  "https://a.example/{appUuid}#x",
  "https://a.example/b/../{appUuid}",
  "https://A.example/{appUuid}",
  "https://u:p@a.example/{appUuid}",
])("%s is none, and the refusal says what to write", (CLIENT_METADATA_URL) => {
  expect(() => readSettings({ CLIENT_METADATA_URL })).toThrow("CLIENT_METADATA_URL is not the address");
  expect(() => readSettings({ CLIENT_METADATA_URL })).toThrow(
    "https://clients.example.com/switchyard/{appUuid}.json",
  );
});
