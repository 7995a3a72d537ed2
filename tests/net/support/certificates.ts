import { generateKeyPairSync, sign } from "node:crypto";

/** PEM. The certificate signs itself, so it serves as its own authority. */
export type Certificate = { key: string; cert: string };

/*
 * Just enough DER (X.690) for an X.509 certificate (RFC 5280 §4.1): the runtime can read certificates but makes none, and a
 * test should need no tool that a machine may lack.
 */

const SEQUENCE = 0x30;
const SET = 0x31;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const INTEGER = 0x02;
const BOOLEAN = 0x01;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const DNS_NAME = 0x82;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

const ECDSA_WITH_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");
const COMMON_NAME = Buffer.from("0603550403", "hex");
const SUBJECT_ALT_NAME = Buffer.from("0603551d11", "hex");
const BASIC_CONSTRAINTS = Buffer.from("0603551d13", "hex");
const TRUE = Buffer.of(0xff);

/** A certificate for one DNS name, valid from a day ago until `expiresInDays`. */
export function certificateFor(name: string, { expiresInDays = 1 } = {}): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(SEQUENCE, ECDSA_WITH_SHA256);
  const subject = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from(name)))));
  const altNames = der(SEQUENCE, der(DNS_NAME, Buffer.from(name)));
  const isAuthority = der(SEQUENCE, der(BOOLEAN, TRUE));

  const body = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.of(2))),
    der(INTEGER, Buffer.of(1)),
    algorithm,
    subject,
    der(SEQUENCE, time(-1), time(expiresInDays)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(
      EXTENSIONS,
      der(SEQUENCE, extension(SUBJECT_ALT_NAME, altNames), extension(BASIC_CONSTRAINTS, isAuthority)),
    ),
  );
  const signature = sign("sha256", body, privateKey);
  const certificate = der(SEQUENCE, body, algorithm, der(BIT_STRING, Buffer.of(0), signature));

  return { cert: pem(certificate), key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

function der(tag: number, ...content: Uint8Array[]): Buffer {
  const value = Buffer.concat(content);
  const { length } = value;
  const prefix =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...prefix), value]);
}

function extension(id: Buffer, value: Buffer): Buffer {
  return der(SEQUENCE, id, der(OCTET_STRING, value));
}

/** `YYMMDDHHMMSSZ` */
function time(daysFromNow: number): Buffer {
  const moment = new Date(Date.now() + daysFromNow * 86_400_000).toISOString();
  return der(UTC_TIME, Buffer.from(`${moment.replace(/[-:T]/g, "").slice(2, 14)}Z`));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString("base64").replace(/(.{64})(?!$)/g, "$1\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
