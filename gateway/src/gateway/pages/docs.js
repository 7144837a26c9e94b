// Renders /docs/openapi.json. Text only ever enters the page as text, never as markup. The token stays in this page's memory.
let token = null;

const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};

const resolve = (api, node) =>
  node?.$ref ? resolve(api, node.$ref.slice(2).split("/").reduce((at, key) => at[key], api)) : (node ?? {});

// What a value of this schema looks like, as an example that can be edited and sent.
const example = (api, schema, depth = 0) => {
  const s = resolve(api, schema);
  if (s.example !== undefined) return s.example;
  if (s.examples?.length) return s.examples[0];
  if (s.default !== undefined) return s.default;
  if (s.const !== undefined) return s.const;
  if (s.enum) return s.enum[0];
  const either = s.anyOf ?? s.oneOf;
  if (either) return example(api, either.find((one) => one.type !== "null") ?? either[0], depth);
  if (s.allOf) return Object.assign({}, ...s.allOf.map((one) => example(api, one, depth)));
  if (s.type === "object" || s.properties) {
    if (depth > 5) return {};
    return Object.fromEntries(Object.entries(s.properties ?? {}).map(([key, of]) => [key, example(api, of, depth + 1)]));
  }
  if (s.type === "array") return depth > 5 ? [] : [example(api, s.items, depth + 1)];
  if (s.type === "integer" || s.type === "number") return s.minimum ?? 0;
  if (s.type === "boolean") return false;
  return { "date-time": "2026-01-31T12:00:00+08:00", date: "2026-01-31", uuid: crypto.randomUUID?.() ?? "" }[s.format] ?? "";
};

const typeOf = (api, schema) => {
  const s = resolve(api, schema);
  const either = s.anyOf ?? s.oneOf;
  if (either) return either.map((one) => typeOf(api, one)).join(" | ");
  if (s.enum) return s.enum.join(" | ");
  if (s.type === "array") return `${typeOf(api, s.items)}[]`;
  return [s.type ?? "", s.format ? `(${s.format})` : "", s.maxLength ? `≤${s.maxLength}` : ""].join(" ").trim();
};

const fields = (api, schema) => {
  const s = resolve(api, schema);
  const rows = Object.entries(s.properties ?? {}).map(([name, of]) =>
    make("tr", {}, make("td", {}, make("code", { textContent: name }), s.required?.includes(name) ? " *" : ""),
      make("td", { textContent: typeOf(api, of) }), make("td", { textContent: resolve(api, of).description ?? "" })));
  return rows.length ? make("table", {}, ...rows) : null;
};

const body = (api, title, content) =>
  Object.entries(content ?? {}).flatMap(([type, { schema }]) => [
    make("h4", { textContent: `${title} ${type}` }),
    make("p", { textContent: resolve(api, schema).description ?? "" }),
    fields(api, schema),
    make("pre", { textContent: JSON.stringify(example(api, schema), null, 2) }),
  ]);

const attempt = (api, method, path, operation) => {
  const parameters = (operation.parameters ?? []).map((p) => resolve(api, p));
  const inputs = parameters.map((p) => [p, make("input", { placeholder: typeOf(api, p.schema), required: p.required })]);
  const content = Object.entries(resolve(api, operation.requestBody).content ?? {})[0];
  const text = content && !content[0].startsWith("multipart")
    ? make("textarea", { value: JSON.stringify(example(api, content[1].schema), null, 2), ariaLabel: "body" }) : null;
  const answer = make("pre", { hidden: true });
  const form = make("form", {}, make("table", {}, ...inputs.map(([p, input]) => make("tr", {},
    make("td", {}, make("code", { textContent: p.name }), p.required ? " *" : "", ` (${p.in})`),
    make("td", {}, input), make("td", { textContent: p.description ?? "" })))),
    text, make("p", {}, make("button", { textContent: "发送 send" })), answer);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const query = new URLSearchParams();
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    let target = path;
    for (const [p, { value }] of inputs) {
      if (value === "") continue;
      if (p.in === "path") target = target.replace(`{${p.name}}`, encodeURIComponent(value));
      else if (p.in === "query") query.append(p.name, value);
      else if (p.in === "header") headers[p.name] = value;
    }
    let sent;
    if (text?.value.trim() && content[0] === "application/x-www-form-urlencoded") sent = new URLSearchParams(JSON.parse(text.value));
    else if (text?.value.trim()) { sent = text.value; headers["Content-Type"] = content[0]; }
    answer.hidden = false;
    try {
      const got = await fetch(query.size ? `${target}?${query}` : target, { method, headers, body: sent });
      const said = await got.text();
      let shown = said;
      try { shown = JSON.stringify(JSON.parse(said), null, 2); } catch { /* not JSON: shown as it came */ }
      answer.textContent = `${got.status} ${got.headers.get("x-correlation-id") ?? ""}\n${shown.slice(0, 100000)}`;
    } catch (error) { answer.textContent = String(error); }
  });
  return form;
};

const operation = (api, path, method, described) => {
  const verb = method.toUpperCase();
  const summary = make("summary", {}, make("span", { className: `method ${verb}`, textContent: verb }),
    make("code", { textContent: path, className: described.security ? "locked" : "" }), ` ${described.summary ?? ""}`);
  const details = make("details", {}, summary);
  details.dataset.text = `${described.tags} ${verb} ${path} ${described.summary ?? ""} ${described.description ?? ""}`.toLowerCase();
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1) return;
    details.append(make("div", {}, make("p", { textContent: described.description ?? "" }), attempt(api, verb, path, described),
      ...body(api, "请求 request", resolve(api, described.requestBody).content),
      ...Object.entries(described.responses ?? {}).flatMap(([status, answer]) =>
        [make("h4", { textContent: `${status} ${resolve(api, answer).description ?? ""}` }),
          ...body(api, "回答 answer", resolve(api, answer).content)])));
  });
  return details;
};

const show = (api) => {
  const main = document.getElementById("operations");
  const services = document.getElementById("services");
  const filter = document.getElementById("filter");
  const methods = ["get", "post", "put", "patch", "delete"];
  main.replaceChildren(...api.tags.map((tag) => {
    services.append(make("li", {}, make("a", { href: `#${tag.name}`, textContent: tag.name })));
    const own = Object.entries(api.paths).flatMap(([path, at]) => methods
      .filter((method) => at[method]?.tags?.includes(tag.name)).map((method) => operation(api, path, method, at[method])));
    return make("section", { id: tag.name }, make("h2", { textContent: `${tag.name} — ${tag.description}` }), ...own);
  }));
  for (const name of api["x-not-answering"]) {
    services.append(make("li", { className: "missing", textContent: `${name}: 未响应 not answering` }));
  }
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/);
    for (const one of main.querySelectorAll("details")) one.hidden = !words.every((word) => one.dataset.text.includes(word));
  });
};

document.getElementById("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const got = await fetch("/auth/token", { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const said = await got.json();
  token = got.ok ? said.access_token : null;
  form.querySelector("output").textContent = got.ok ? "已登录 signed in" : `${said.detail_zh ?? ""} ${said.detail ?? ""}`;
  if (got.ok) form.elements.password.value = "";
});

try {
  show(await (await fetch("/docs/openapi.json")).json());
} catch (error) {
  document.getElementById("operations").replaceChildren(make("p", { className: "error", textContent: String(error) }));
}
