/*
 * URI templates (RFC 6570), as far as a person fills them in: every operator, with a text for each variable.
 */

type Operator = {
  first: string;
  separator: string;
  isNamed: boolean;
  keepsReserved: boolean;
  ifEmpty: string;
};

const operators: Record<string, Operator> = {
  "": { first: "", separator: ",", isNamed: false, keepsReserved: false, ifEmpty: "" },
  "+": { first: "", separator: ",", isNamed: false, keepsReserved: true, ifEmpty: "" },
  "#": { first: "#", separator: ",", isNamed: false, keepsReserved: true, ifEmpty: "" },
  ".": { first: ".", separator: ".", isNamed: false, keepsReserved: false, ifEmpty: "" },
  "/": { first: "/", separator: "/", isNamed: false, keepsReserved: false, ifEmpty: "" },
  ";": { first: ";", separator: ";", isNamed: true, keepsReserved: false, ifEmpty: "" },
  "?": { first: "?", separator: "&", isNamed: true, keepsReserved: false, ifEmpty: "=" },
  "&": { first: "&", separator: "&", isNamed: true, keepsReserved: false, ifEmpty: "=" },
};

const expressions = /\{([+#./;?&]?)([^{}]*)\}/g;
const maxVariables = 50;

/** Part of a query is left out where it is empty, and the rest of the address still names something. */
const isQuery = (sign: string): boolean => sign === "?" || sign === "&";

/** The variables, each once, in order. One that stands anywhere outside of a query is needed. */
export function variablesOf(template: string): { name: string; isOptional: boolean }[] {
  const needed = new Map<string, boolean>();
  for (const [, sign = "", list = ""] of template.matchAll(expressions))
    for (const name of list.split(",").map(nameOf))
      if (name !== "") needed.set(name, needed.get(name) || !isQuery(sign));
  return [...needed].slice(0, maxVariables).map(([name, isNeeded]) => ({ name, isOptional: !isNeeded }));
}

/** @param values - a variable without one is left out, as the template says for it */
export function expand(template: string, values: Record<string, string>): string {
  return template.replaceAll(expressions, (_, sign: string, list: string) => {
    const operator = operators[sign] ?? operators[""];
    if (!operator) return "";
    const parts = list.split(",").flatMap((variable) => {
      const value = Object.hasOwn(values, nameOf(variable)) ? values[nameOf(variable)] : undefined;
      return value === undefined || value === "" ? [] : [partOf(variable, value, operator)];
    });
    return parts.length === 0 ? "" : operator.first + parts.join(operator.separator);
  });
}

function partOf(variable: string, value: string, operator: Operator): string {
  const [, length] = /:(\d{1,4})$/.exec(variable) ?? [];
  const cut = length === undefined ? value : [...value].slice(0, Number(length)).join("");
  const encoded = operator.keepsReserved ? encodeReserved(cut) : encodeAll(cut);
  if (!operator.isNamed) return encoded;
  return encoded === "" ? nameOf(variable) + operator.ifEmpty : `${nameOf(variable)}=${encoded}`;
}

const nameOf = (variable: string): string => variable.trim().replace(/(\*|:\d{1,4})$/, "");

/** Everything but what RFC 3986 calls unreserved. */
const encodeAll = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Reserved characters and what is escaped already stay. */
const encodeReserved = (text: string): string =>
  encodeURI(text.toWellFormed())
    .replaceAll(/%25([0-9a-f]{2})/gi, "%$1")
    .replaceAll("%5B", "[")
    .replaceAll("%5D", "]");
